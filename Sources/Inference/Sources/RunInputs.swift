import Basics

/// The inputs of one process of a run: those of its shard that are not done, each with the name of its
/// output files.
package struct RunInputs {
  private var source: InputSource
  private let shard: Shard
  private var skipped: Int
  private let name: Naming?
  /// How many outputs are named differently than their inputs, because several inputs have one name.
  package private(set) var renamedCount = 0

  /// Names the output files of an input; called for all inputs in order.
  package typealias Naming = (InputItem) -> String

  /// - Parameters:
  ///   - done: The number of the shard's first inputs that are done.
  ///   - name: Names the output files; nil if none are written.
  package init(
    _ source: InputSource, shard: Shard = .whole, done: Int = 0, name: Naming? = nil
  ) {
    (self.source, self.shard, skipped, self.name) = (source, shard, done, name)
  }

  private func isRenamed(_ item: InputItem) -> Bool {
    let (stem, output) = (FilePath.stem(FilePath.name(item.name)), FilePath.name(item.outputName))
    let isNumbered = output != stem && !output.hasPrefix(stem + ".")
    return isNumbered || item.outputName.contains("/") && !item.name.contains("/")
  }

  /// The inputs that are files.
  package init(paths: [String]) {
    self.init(InputSource(files: paths))
  }

  /// What could not be used, after the last input.
  package var problems: [InferenceError] { source.problems }
  /// Whether inputs come when they come.
  package var isLive: Bool { source.isLive }

  /// The next input; nil at the end.
  package mutating func next() -> InputItem? {
    while var item = source.next() {
      // Names depend on all inputs, so that they are the same in every shard.
      if let name {
        item.outputName = name(item)
        if isRenamed(item) { renamedCount += 1 }
      }
      guard shard.contains(item.index) else { continue }
      guard skipped == 0 else {
        skipped -= 1
        continue
      }
      return item
    }
    return nil
  }
}
