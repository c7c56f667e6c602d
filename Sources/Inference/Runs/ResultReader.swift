import Basics

/// Reads the rows of a run's folder: all of them in the order of the inputs, whatever the number of
/// shards.
package struct ResultReader {
  package let folder: String
  package let manifest: ResultManifest

  package init(_ folder: String) throws(InferenceError) {
    self.folder = folder
    manifest = try ResultManifest(of: folder)
  }

  package static let lineFeed = UInt8(ascii: "\n")

  private var shards: [Shard] {
    (0..<manifest.shards).map { Shard(number: $0, of: manifest.shards) }
  }

  /// The shards that are not complete, each with the number of its rows so far.
  package var incomplete: [(shard: Shard, path: String)] {
    shards.map { ($0, path(of: $0)) }.filter { FileContents.entry($0.path) != .file }
  }

  /// The file of a shard's rows.
  private func path(of shard: Shard) -> String { "\(folder)/\(shard.fileName("rows"))" }

  /// Passes on all rows in order.
  ///
  /// - Throws: `InferenceError` for a shard that is missing or not complete, and for rows that are
  ///   missing or not in their place; errors of files and of `consume`.
  package func read(_ consume: (_ line: [UInt8]) throws -> Void) throws {
    if let missing = incomplete.first {
      throw InferenceError(
        "\(Sentence.count(incomplete.count, "shard")) of \(manifest.shards) are not complete; the "
          + "first is \(missing.shard.number)/\(manifest.shards)", in: folder,
        advice: "run it again with the same options and inputs")
    }
    var files = try shards.map { StreamBuffer(try ByteStream(path(of: $0))) }
    var index = 0
    while let line = try files[index % files.count].take(upTo: Self.lineFeed) {
      guard RowIndex.of(line[...]) == index else {
        throw InferenceError(
          "the row of input \(index) is missing, damaged or not in its place",
          in: path(of: shards[index % files.count]))
      }
      try consume(line)
      index += 1
    }
    // All shards end together.
    for (shard, place) in shards.enumerated() {
      guard try files[shard].take(upTo: Self.lineFeed) == nil else {
        throw InferenceError("the row of input \(index) is missing", in: path(of: place))
      }
    }
    if let inputs = manifest.inputs, inputs.count != index {
      throw InferenceError(
        "there are \(index) rows for \(inputs.count) inputs", in: folder)
    }
  }
}
