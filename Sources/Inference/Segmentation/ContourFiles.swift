import Basics
import Datasets
import Imaging

/// Writes the contours of the objects of all images: one COCO file, or a LabelMe file per image.
struct ContourFiles {
  private let outputs: SegmentationOutputs
  private let contours: SegmentationOutputs.Contours
  private var writer: ObjectFileWriter

  /// Nil if no contours are wanted.
  init?(_ outputs: SegmentationOutputs, classNames: [String]) {
    guard let contours = outputs.contours else { return nil }
    (self.outputs, self.contours) = (outputs, contours)
    writer = ObjectFileWriter(
      format: contours == .labelme ? .labelme : .coco, classNames: classNames)
  }

  /// Adds an image; returns the path of its file, if it has one of its own.
  mutating func add(
    _ objects: [Annotation], of result: SegmentationResult, name: String
  ) throws -> String? {
    let pieces = try writer.add(
      objects, image: result.path, width: result.width, height: result.height)
    guard let pieces else { return nil }
    let path = "\(outputs.folder)/contours/\(name).json"
    try NumberedFolder.makeFolder(FilePath.folder(path))
    try Self.write(pieces, to: path)
    return path
  }

  /// Writes the file of all images, if there is one; returns its path.
  func finish() throws -> String? {
    guard let pieces = writer.commonFile() else { return nil }
    let path = "\(outputs.folder)/contours.json"
    try Self.write(pieces, to: path)
    return path
  }

  private static func write(_ pieces: [[UInt8]], to path: String) throws(FileError) {
    let file = try AtomicFile(path, followsLinks: false)
    for piece in pieces { try file.append(piece) }
    try file.commit(isSynced: false)
  }
}
