/// Recognizes files by their first bytes, for messages about a file of another kind than expected.
package enum FileKind {
  /// The number of bytes that decide.
  package static let prefix = 512

  /// What a file is, as a noun with its article and, after a semicolon, what to do; nil if it is
  /// not recognized.
  ///
  /// - Parameter isTrained: Whether the file is given as initial weights of a training.
  package static func name(
    of bytes: some Collection<UInt8>, isTrained: Bool = false
  ) -> String? {
    guard !bytes.isEmpty else { return "an empty file" }
    let start = Start(bytes: ArraySlice(bytes.prefix(prefix)))
    return kind(of: start)?.description(isTrained: isTrained)
      ?? (start.isText ? "a text file" : nil)
  }

  /// What a file is, as `name(of:)` returns it, if it is certainly no label file; nil for JSON, XML
  /// and other text, and for what is not recognized.
  package static func nameUnlessText(of bytes: some Collection<UInt8>) -> String? {
    guard !bytes.isEmpty else { return name(of: bytes) }
    let kind = kind(of: Start(bytes: ArraySlice(bytes.prefix(prefix))))
    return kind?.isText == true ? nil : kind?.description(isTrained: false)
  }

  private static func kind(of start: Start) -> Kind? { all.first { $0.isKind(start) } }

  /// The first bytes of a file.
  private struct Start {
    let bytes: ArraySlice<UInt8>

    func has(_ text: String, at offset: Int = 0) -> Bool { has(Array(text.utf8), at: offset) }

    func has(_ values: [UInt8], at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: values)
    }

    /// Whether there are only printable characters; one may be cut at the end.
    var isText: Bool {
      let text = String(decoding: bytes, as: UTF8.self).unicodeScalars.dropLast()
      return !text.isEmpty
        && text.allSatisfy { ($0.value >= 0x20 || (9...13).contains($0.value)) && $0 != "\u{FFFD}" }
    }

    /// Whether the text begins with a word, after white space and a byte-order mark, without case.
    func beginsText(_ word: String) -> Bool {
      let text = TextEncoding.withoutMark(Array(bytes)).drop { $0 <= 0x20 }
      return String(decoding: text.prefix(word.utf8.count), as: UTF8.self).lowercased() == word
    }
  }

  /// A kind of file: its name with an article, what to do, and a test of the first bytes.
  private struct Kind: Sendable {
    let name: String
    let advice: String?
    /// What to do where a training is to start from it.
    let trainingAdvice: String?
    /// Whether it is text in a format that label files may have.
    let isText: Bool
    let isKind: @Sendable (Start) -> Bool

    init(
      _ name: String, _ advice: String? = nil, training: String? = nil, isText: Bool = false,
      isKind: @escaping @Sendable (Start) -> Bool
    ) {
      (self.name, self.advice, self.isText, self.isKind) = (name, advice, isText, isKind)
      trainingAdvice = training ?? advice
    }

    func description(isTrained: Bool) -> String {
      name + ((isTrained ? trainingAdvice : advice).map { "; \($0)" } ?? "")
    }
  }

  private static let convert = "convert it to JPEG or PNG"
  private static let unpack = "unpack it"
  private static let onnx =
    "export it to ONNX ('yolo export format=onnx' for Ultralytics) and give the .onnx file"
  private static let safetensors =
    "save its state_dict as safetensors (safetensors.torch.save_file)"

  /// All kinds; the first that matches is used.
  private static let all = [
    Kind(
      "an HTML page", "a download probably returned an error or a login page; open it in a browser"
    ) {
      $0.beginsText("<!doctype html") || $0.beginsText("<html")
    },
    Kind("an SVG drawing", convert) { $0.beginsText("<svg") },
    Kind("an XML file", isText: true) { $0.beginsText("<?xml") },
    Kind("a UTF-16 text file", isText: true) { $0.has([0xFF, 0xFE]) || $0.has([0xFE, 0xFF]) },
    Kind("a JSON file", isText: true) { $0.beginsText("{") || $0.beginsText("[") },
    Kind("a file of zero bytes only", "its download or copy was probably interrupted") {
      $0.bytes.allSatisfy { $0 == 0 }
    },

    Kind("a JPEG image") { $0.has([0xFF, 0xD8, 0xFF]) },
    Kind("a PNG image") { $0.has([0x89] + "PNG".utf8) },
    Kind("a GIF image", convert) { $0.has("GIF8") },
    Kind("a WebP image", convert) { $0.has("RIFF") && $0.has("WEBP", at: 8) },
    Kind("a BMP image") { $0.has("BM") && $0.has([0, 0, 0, 0], at: 6) },
    Kind("a TIFF image") { $0.has("II*\0") || $0.has("MM\0*") },
    Kind("a BigTIFF image", convert) { $0.has("II+\0") || $0.has("MM\0+") },
    Kind("an AVIF image", convert) { $0.has("ftypavi", at: 4) },
    Kind("a HEIC image", convert) { start in
      ["ftyphei", "ftyphev", "ftypmif1", "ftypmsf1"].contains { start.has($0, at: 4) }
    },
    Kind("a JPEG 2000 image", convert) {
      $0.has("jP  ", at: 4) || $0.has([0xFF, 0x4F, 0xFF, 0x51])
    },
    Kind("a JPEG XL image", convert) { $0.has("JXL ", at: 4) || $0.has([0xFF, 0x0A]) },
    Kind("a Photoshop document", convert) { $0.has("8BPS") },
    Kind("a video", "extract its frames first") { $0.has("ftyp", at: 4) },
    Kind("a PDF document") { $0.has("%PDF") },

    Kind("a Git LFS pointer, not the file itself", "download the file with 'git lfs pull'") {
      $0.has("version https://git-lfs")
    },
    // A zip archive whose first entry is PyTorch's pickle.
    Kind("a PyTorch file (.pt, .pth)", onnx, training: safetensors) {
      $0.has("PK\u{3}\u{4}") && String(decoding: $0.bytes, as: UTF8.self).contains(".pkl")
    },
    Kind("a Python pickle, as PyTorch's old .pt files are", onnx, training: safetensors) { start in
      (2...5).contains { start.has([0x80, $0]) }
    },
    Kind("an HDF5 file (.h5 of Keras)") { $0.has([0x89] + "HDF".utf8) },
    Kind("a TensorFlow Lite model") { $0.has("TFL3", at: 4) },
    Kind("a GGUF model") { $0.has("GGUF") },
    Kind("a NumPy array") { $0.has([0x93] + "NUMPY".utf8) },
    // SavedModel: the schema version 1 and a MetaGraphDef; or GraphDef: nodes that begin with a name.
    Kind("a TensorFlow graph (.pb)") {
      $0.has([8, 1, 0x12]) || $0.has([0x0A]) && $0.has([0x0A], at: 2) && !$0.isText
    },
    // ModelProto: the IR version, then the producer's name or the graph.
    Kind("an ONNX model", "weights are read from safetensors files only") {
      $0.has([8]) && ($0.has([0x12], at: 2) || $0.has([0x3A], at: 2))
    },
    // Three 32-bit numbers: major 0, minor 1 or 2, revision.
    Kind(
      "Darknet's weights", "give the .cfg file beside it",
      training: "trainings start from weights of Glimpse's own models"
    ) {
      $0.has([0, 0, 0, 0, 1, 0, 0, 0]) || $0.has([0, 0, 0, 0, 2, 0, 0, 0])
    },

    Kind("a zip archive", unpack) { $0.has("PK\u{3}\u{4}") },
    Kind("a gzip file", unpack) { $0.has([0x1F, 0x8B]) },
    Kind("a bzip2 file", unpack) { $0.has("BZh") },
    Kind("an xz file", unpack) { $0.has([0xFD] + "7zXZ".utf8) },
    Kind("a Zstandard file", unpack) { $0.has([0x28, 0xB5, 0x2F, 0xFD]) },
    Kind("a 7z archive", unpack) { $0.has("7z") && $0.has([0xBC, 0xAF], at: 2) },
    Kind("a tar archive", unpack) { $0.has("ustar", at: 257) },
  ]
}
