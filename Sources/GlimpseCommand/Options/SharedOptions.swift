import Glimpse

/// Options that several commands share.
extension Option {
  static func imageSize(_ path: Path<Int?>, unset: String = "the weights' own") -> Option {
    .value(
      "imgsz", path, .imageSide, unit: "pixels", unset: unset,
      help: "Input size: side of the square network input")
  }

  static func threads(_ path: Path<Int?>) -> Option {
    .value(
      "threads", path, .from(1, to: 1024), unset: "all available",
      help: "Compute threads")
  }

  static func precision(_ path: Path<PrecisionChoice>) -> Option {
    .value(
      "precision", path,
      help: "Compute precision; auto is bf16 on processors with matrix units, else f32")
  }

  static func model(_ path: Path<ModelSpec?>, unset: String) -> Option {
    .value("model", path, unit: "name", unset: unset, help: "Model name")
  }

  static func multiLabel(_ path: Path<Bool>) -> [Option] {
    [
      .flag("multi-label", path, help: "Keep every class above the threshold at an anchor point"),
      .flag(
        "no-multi-label", path, sets: false,
        help: "Keep only the highest-scoring class at an anchor point"),
    ]
  }

  static func strict(_ path: Path<Bool>) -> Option {
    .flag(
      "strict", path,
      help: "Refuse truncated and corrupt JPEG files instead of using what can be decoded")
  }

  static func json(_ path: Path<Bool>, help: String = "Print one line of JSON") -> Option {
    .flag("json", path, help: help)
  }
}

extension ValueRule where Value == Int {
  /// Multiples of the largest stride, up to a limit of memory.
  static var imageSide: ValueRule { .multiple(of: 32, to: 4096) }
}

extension ValueRule where Value == ModelSpec {
  static var detector: ValueRule {
    .among(ModelCatalog.listed.filter { $0.task == .detection }, "a detector")
  }
}

extension ModelSpec: OptionValue {
  package static var noun: String { "one of the words" }
  package static var valueName: String { "name" }
  package static var words: [String] { ModelCatalog.listed.map(\.name) }

  package init?(optionText: String) {
    guard let spec = ModelCatalog.listed.first(where: { $0.name == optionText.lowercased() }) else {
      return nil
    }
    self = spec
  }

  package var optionText: String { name }
}

extension OptimizerChoice: OptionWord {}
extension PrecisionChoice: OptionWord {}
