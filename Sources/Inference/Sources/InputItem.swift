import Basics
import Imaging

/// One input of a run: an image that is to be read, or what stands in its place.
package struct InputItem: Sendable {
  /// Where the image is.
  package enum Content: Sendable {
    /// In the file at `path`.
    case file
    /// In memory: a member of an archive, or a part of a stream.
    case bytes([UInt8])
    /// Nowhere: an entry of a list that names no file, and why.
    case unusable(InferenceError)
  }

  /// The index among all inputs of the run, from 0.
  package var index: Int
  /// The identifier that a list gives; otherwise the path.
  package let id: String
  /// The path as given by the user where possible; the name of a member or a part otherwise.
  package let path: String
  /// The path below the folder that was given, or the file's name: for files that are written.
  package let name: String
  package let content: Content
  /// The name of the files that are written for the image, unique in the run; empty if none are.
  package var outputName = ""

  package init(
    index: Int = 0, id: String? = nil, path: String, name: String? = nil,
    content: Content = .file
  ) {
    (self.index, self.path, self.content) = (index, path, content)
    self.id = id ?? path
    self.name = name ?? FilePath.name(path)
  }

  /// Reads and decodes the image.
  ///
  /// - Throws: `ImagingError`; `InferenceError` for an entry that names no file.
  package func decode(_ policy: DecodePolicy) throws -> DecodedImage {
    switch content {
    case .file: try ImageFile.read(path, policy: policy)
    case .bytes(let bytes): try ImageFile.decode(bytes, name: path, policy: policy)
    case .unusable(let error): throw error
    }
  }
}
