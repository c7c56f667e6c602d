/// The commands, in the order of `glimpse --help`, which with dispatch and messages follows from it.
enum CommandList {
  static let all: [any Command.Type] = [
    Detect.self, Train.self, Evaluate.self, Check.self, Convert.self, Split.self, Export.self,
    Info.self,
    Bench.self,
  ]

  static var names: [String] { all.map { $0.name } }

  static func named(_ name: String) -> (any Command.Type)? {
    all.first { $0.name == name }
  }
}
