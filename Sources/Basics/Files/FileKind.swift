/// Recognizes files by their first bytes, for messages about a file of another kind than expected.
package enum FileKind {
  /// A kind of file: a test of the first bytes, its name with an article, and what to do.
  private struct Kind: Sendable {
    let isIt: @Sendable (Start) -> Bool
    let name: String
    var advice = ""
    /// Whether it is text in a format that label files may have.
    var isText = false

    var description: String { advice.isEmpty ? name : "\(name); \(advice)" }
  }

  /// The first bytes of a file.
  private struct Start: Sendable {
    let bytes: ArraySlice<UInt8>

    func has(_ text: String, at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: text.utf8)
    }

    func has(_ values: [UInt8], at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: values)
    }

    /// Whether there are only printable characters; one may be cut at the end.
    var isText: Bool {
      let text = String(decoding: bytes, as: UTF8.self).unicodeScalars.dropLast()
      return !text.isEmpty
        && text.allSatisfy { ($0.value >= 0x20 || (9...13).contains($0.value)) && $0 != "\u{FFFD}" }
    }

    /// Whether the text begins with a word, after white space and a byte order mark, without case.
    func beginsText(with word: String) -> Bool {
      let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
      let text = bytes.dropFirst(bytes.starts(with: mark) ? 3 : 0).drop { $0 <= 0x20 }
      return String(decoding: text.prefix(word.utf8.count), as: UTF8.self).lowercased() == word
    }
  }

  /// The number of bytes that decide.
  package static let prefix = 512

  /// What a file is, as a noun with its article and, after a semicolon, what to do; nil if it is
  /// not recognized.
  package static func name(of bytes: some Collection<UInt8>) -> String? {
    guard !bytes.isEmpty else { return "an empty file" }
    let start = Start(bytes: ArraySlice(bytes.prefix(prefix)))
    guard let kind = all.first(where: { $0.isIt(start) }) else {
      return start.isText ? "a text file" : nil
    }
    return kind.description
  }

  /// What a file is, as `name(of:)` returns it, if it is certainly no label file; nil for JSON, XML
  /// and other text, and for what is not recognized.
  package static func nameUnlessText(of bytes: some Collection<UInt8>) -> String? {
    guard !bytes.isEmpty else { return name(of: bytes) }
    let start = Start(bytes: ArraySlice(bytes.prefix(prefix)))
    return all.first { $0.isIt(start) }.flatMap { $0.isText ? nil : $0.description }
  }

  private static let all = texts + images + network + archives

  private static let images = [
    Kind(isIt: { $0.has([0xFF, 0xD8, 0xFF]) }, name: "a JPEG image"),
    Kind(isIt: { $0.has([0x89, 0x50, 0x4E, 0x47]) }, name: "a PNG image"),
    Kind(isIt: { $0.has("GIF8") }, name: "a GIF image", advice: convert),
    Kind(
      isIt: { $0.has("RIFF") && $0.has("WEBP", at: 8) }, name: "a WebP image", advice: convert),
    Kind(
      isIt: { $0.has("BM") && $0.has([0, 0, 0, 0], at: 6) }, name: "a BMP image", advice: convert),
    Kind(isIt: { $0.has("II*\0") || $0.has("MM\0*") }, name: "a TIFF image", advice: convert),
    Kind(isIt: { $0.has("ftypavi", at: 4) }, name: "an AVIF image", advice: convert),
    Kind(
      isIt: { start in
        ["ftyphei", "ftyphev", "ftypmif1", "ftypmsf1"].contains { start.has($0, at: 4) }
      }, name: "a HEIC image", advice: convert),
    Kind(
      isIt: { $0.has("jP  ", at: 4) || $0.has([0xFF, 0x4F, 0xFF, 0x51]) },
      name: "a JPEG 2000 image", advice: convert),
    Kind(
      isIt: { $0.has("JXL ", at: 4) || $0.has([0xFF, 0x0A]) }, name: "a JPEG XL image",
      advice: convert),
    Kind(isIt: { $0.has("8BPS") }, name: "a Photoshop document", advice: convert),
    Kind(isIt: { $0.has("ftyp", at: 4) }, name: "a video", advice: "extract its frames first"),
    Kind(isIt: { $0.has("%PDF") }, name: "a PDF document"),
  ]

  private static let convert = "convert it to JPEG or PNG"

  private static let network = [
    Kind(
      isIt: { $0.has("version https://git-lfs") }, name: "a Git LFS pointer, not the file itself",
      advice: "download the file with 'git lfs pull'"),
    // A zip archive whose first entry is PyTorch's pickle.
    Kind(
      isIt: { start in
        start.has("PK\u{3}\u{4}") && String(decoding: start.bytes, as: UTF8.self).contains(".pkl")
      }, name: "a PyTorch file (.pt, .pth)", advice: safetensors),
    Kind(
      isIt: {
        $0.has([0x80, 2]) || $0.has([0x80, 3]) || $0.has([0x80, 4]) || $0.has([0x80, 5])
      },
      name: "a Python pickle, as PyTorch's old .pt files are", advice: safetensors),
    Kind(isIt: { $0.has([0x89] + "HDF".utf8) }, name: "an HDF5 file (.h5 of Keras)"),
    Kind(isIt: { $0.has("TFL3", at: 4) }, name: "a TensorFlow Lite model"),
    Kind(isIt: { $0.has("GGUF") }, name: "a GGUF model"),
    Kind(isIt: { $0.has([0x93] + "NUMPY".utf8) }, name: "a NumPy array"),
    // SavedModel: the schema version 1 and a MetaGraphDef; or GraphDef: nodes that begin with a name.
    Kind(
      isIt: { $0.has([8, 1, 0x12]) || $0.has([0x0A]) && $0.has([0x0A], at: 2) && !$0.isText },
      name: "a TensorFlow graph (.pb)"),
    // ModelProto: the IR version, then the producer's name or the graph.
    Kind(
      isIt: { $0.has([8]) && ($0.has([0x12], at: 2) || $0.has([0x3A], at: 2)) },
      name: "an ONNX model", advice: "weights are read from safetensors files only"),
    // Three 32-bit numbers: major 0, minor 1 or 2, revision.
    Kind(
      isIt: { $0.has([0, 0, 0, 0, 1, 0, 0, 0]) || $0.has([0, 0, 0, 0, 2, 0, 0, 0]) },
      name: "a Darknet .weights file"),
  ]

  private static let safetensors =
    "save its state_dict as safetensors (safetensors.torch.save_file)"

  private static let archives = [
    Kind(isIt: { $0.has("PK\u{3}\u{4}") }, name: "a zip archive", advice: "unpack it"),
    Kind(isIt: { $0.has([0x1F, 0x8B]) }, name: "a gzip file", advice: "unpack it"),
    Kind(isIt: { $0.has("BZh") }, name: "a bzip2 file", advice: "unpack it"),
    Kind(isIt: { $0.has([0xFD] + "7zXZ".utf8) }, name: "an xz file", advice: "unpack it"),
    Kind(
      isIt: { $0.has([0x28, 0xB5, 0x2F, 0xFD]) }, name: "a Zstandard file", advice: "unpack it"),
    Kind(
      isIt: { $0.has("7z") && $0.has([0xBC, 0xAF], at: 2) }, name: "a 7z archive",
      advice: "unpack it"),
    Kind(isIt: { $0.has("ustar", at: 257) }, name: "a tar archive", advice: "unpack it"),
  ]

  private static let texts = [
    Kind(
      isIt: { $0.beginsText(with: "<!doctype html") || $0.beginsText(with: "<html") },
      name: "an HTML page",
      advice: "a download probably returned an error or a login page; open it in a browser"),
    Kind(isIt: { $0.beginsText(with: "<svg") }, name: "an SVG drawing", advice: convert),
    Kind(isIt: { $0.beginsText(with: "<?xml") }, name: "an XML file", isText: true),
    Kind(
      isIt: { $0.has([0xFF, 0xFE]) || $0.has([0xFE, 0xFF]) }, name: "a UTF-16 text file",
      isText: true),
    Kind(
      isIt: { $0.beginsText(with: "{") || $0.beginsText(with: "[") }, name: "a JSON file",
      isText: true),
    Kind(
      isIt: { $0.bytes.allSatisfy { $0 == 0 } }, name: "a file of zero bytes only",
      advice: "its download or copy was probably interrupted"),
  ]
}
