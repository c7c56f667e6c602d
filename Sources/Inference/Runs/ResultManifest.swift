import Basics

/// What the results in a folder were made from: the command and its options, the model and the inputs.
///
/// A run into a folder goes on only where all of this is the same.
package struct ResultManifest: Hashable, Sendable {
  /// The version of the manifest and of the rows.
  package static let version = 1

  /// `detect` or `segment`.
  package let command: String
  /// The name of the model and the SHA-256 of its weights.
  package let model: String
  package let modelHash: String
  package let precision: String
  /// The options that results depend on, by their names.
  package let options: [String: String]
  /// The number of inputs and the SHA-256 of their ids and paths; nil for inputs that come as they come.
  package let inputs: InputDigest?
  /// The number of shards.
  package let shards: Int

  package init(
    command: String, model: String, modelHash: String, precision: String,
    options: [String: String], inputs: InputDigest?, shards: Int
  ) {
    (self.command, self.model, self.modelHash) = (command, model, modelHash)
    (self.precision, self.options) = (precision, options)
    (self.inputs, self.shards) = (inputs, shards)
  }

  /// The manifest as text; equal manifests have equal texts.
  var json: String {
    var fields: [JSONMember] = [
      JSONMember(key: "glimpse", value: .string(glimpseVersion)),
      JSONMember(key: "version", value: .integer(Self.version)),
      JSONMember(key: "command", value: .string(command)),
      JSONMember(key: "model", value: .string(model)),
      JSONMember(key: "model_sha256", value: .string(modelHash)),
      JSONMember(key: "precision", value: .string(precision)),
      JSONMember(
        key: "options",
        value: .object(
          options.sorted { $0.key < $1.key }.map { JSONMember(key: $0, value: .string($1)) })),
      JSONMember(key: "shards", value: .integer(shards)),
    ]
    if let inputs {
      fields += [
        JSONMember(key: "inputs", value: .integer(inputs.count)),
        JSONMember(key: "inputs_sha256", value: .string(inputs.hash)),
      ]
    }
    return JSONValue.object(fields).line + "\n"
  }

  /// Reads the manifest of a folder.
  ///
  /// - Throws: `InferenceError` for a folder without one, and for one that is not valid.
  package init(of folder: String) throws(InferenceError) {
    let path = "\(folder)/\(ResultMark.fileName)"
    let bytes: [UInt8]?
    do throws(FileError) { bytes = try FileContents.bytes(path) } catch {
      throw InferenceError(error.diagnostic)
    }
    guard let bytes else {
      throw InferenceError(
        "the folder \(Sentence.quoted(folder)) holds no results: it has no \(ResultMark.fileName)")
    }
    guard let value = try? JSONValue(parsing: bytes), value["version"]?.whole == Self.version,
      let command = value["command"]?.text, let model = value["model"]?.text,
      let modelHash = value["model_sha256"]?.text, let precision = value["precision"]?.text,
      let shards = value["shards"]?.whole, shards > 0
    else {
      throw InferenceError(
        "it is no manifest of version \(Self.version) of a run of glimpse", in: path)
    }
    (self.command, self.model, self.modelHash) = (command, model, modelHash)
    (self.precision, self.shards) = (precision, shards)
    options = Dictionary(
      (value["options"]?.members ?? []).compactMap { member in
        member.value.text.map { (member.key, $0) }
      }, uniquingKeysWith: { $1 })
    inputs = value["inputs"]?.whole.flatMap { count in
      value["inputs_sha256"]?.text.map { InputDigest(count: count, hash: $0) }
    }
  }

  /// Writes the manifest into a folder, or checks that it is the one there.
  ///
  /// - Throws: `InferenceError` naming what differs.
  package func claim(_ folder: String) throws {
    if !ResultMark.isIn(folder) {
      try AtomicFile.write(json, to: "\(folder)/\(ResultMark.fileName)", followsLinks: false)
    }
    // Another shard may have written another one in the meantime.
    let found = try ResultManifest(of: folder)
    guard found != self else { return }
    throw InferenceError(
      "the folder \(Sentence.quoted(folder)) holds results of another run: "
        + differences(to: found).joined(separator: ", ")
        + "; choose another --output, or pass --overwrite")
  }

  private func differences(to found: ResultManifest) -> [String] {
    var pairs: [(name: String, new: String, old: String)] = [
      ("command", command, found.command), ("model", model, found.model),
      ("weights", modelHash, found.modelHash), ("precision", precision, found.precision),
      ("shards", "\(shards)", "\(found.shards)"),
    ]
    for key in Set(options.keys).union(found.options.keys).sorted() {
      pairs.append(("--\(key)", options[key] ?? "default", found.options[key] ?? "default"))
    }
    var texts = pairs.filter { $0.new != $0.old }.map { pair in
      pair.name == "weights" ? "other weights" : "\(pair.name) \(pair.old), now \(pair.new)"
    }
    if inputs != found.inputs {
      texts.append(
        inputs?.count == found.inputs?.count
          ? "other inputs"
          : "\(found.inputs.map { "\($0.count)" } ?? "unknown") inputs, now "
            + "\(inputs.map { "\($0.count)" } ?? "unknown")")
    }
    return texts
  }
}

/// The number of the inputs of a run, and the SHA-256 of their ids and paths in order.
package struct InputDigest: Hashable, Sendable {
  package let count: Int
  package let hash: String

  package init(count: Int, hash: String) { (self.count, self.hash) = (count, hash) }

  /// Lists all inputs of a source that nothing else reads from, without reading images.
  package init(of source: consuming InputSource, observe: (InputItem) -> Void = { _ in }) {
    var digest = SHA256()
    var count = 0
    while let item = source.next() {
      digest.append("\(item.id)\0\(item.path)\0")
      observe(item)
      count += 1
    }
    (self.count, hash) = (count, digest.hex)
  }
}
