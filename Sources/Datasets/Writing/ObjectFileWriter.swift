import Basics
import Imaging

/// Writes the annotation files of predicted objects, without a dataset around them.
package struct ObjectFileWriter {
  private let format: DatasetFormat
  private var writer: any FormatWriter

  /// - Parameter format: COCO, one file of all images, or LabelMe or Pascal VOC, one file per image.
  package init(format: DatasetFormat, classNames: [String]) {
    precondition(
      [.coco, .labelme, .voc].contains(format), "\(format) is not written for objects")
    self.format = format
    writer = format.writer.init(classNames: classNames, splits: [Self.split])
  }

  private static let split = "predictions"

  /// Adds an image with its objects; returns the pieces of its own file, if the format has one.
  package mutating func add(
    _ objects: [Annotation], image: String, width: Int, height: Int
  ) throws(DatasetsError) -> [[UInt8]]? {
    let sample = Sample(
      imagePath: image, imageWidth: width, imageHeight: height, annotations: objects)
    return try writer.add(sample, name: FilePath.name(image), split: Self.split).first?.pieces
  }

  /// The pieces of the file of all images, if the format has one.
  package func commonFile() -> [[UInt8]]? {
    format == .coco ? writer.description().first?.pieces : nil
  }
}
