import Foundation
import Glimpse

/// Writes what was found in an image: the image with its boxes, label rows, cut-out objects.
struct ResultWriter: Sendable {
  /// What is to be written.
  struct Choice: Sendable {
    var drawings = true
    var labels = false
    var crops = false

    var isEmpty: Bool { !drawings && !labels && !crops }
    /// True where the images are needed in full size.
    var needsPixels: Bool { drawings || crops }
  }

  let choice: Choice
  let folder: ResultFolder
  private let names: [String]
  private let classNames: [String]
  private let labelFolder: String
  private let cropFolder: String

  /// Makes the folders; throws where a file would be written over one of the inputs.
  init(
    _ choice: Choice, folder: ResultFolder, inputs: [String], classNames: [String]
  ) throws(CommandError) {
    self.choice = choice
    self.folder = folder
    self.classNames = classNames
    names = OutputNames(inputs: inputs, stemsDiffer: choice.labels || choice.crops).names
    let originals = Set(inputs.map(Self.realPath))
    for name in names where choice.drawings {
      guard !originals.contains(Self.realPath("\(folder.path)/\(name)")) else {
        throw CommandError(
          "the folder \(Sentence.quoted(folder.path)) holds the input \(Sentence.quoted(name)), "
            + "which would be overwritten; choose another --output")
      }
    }
    labelFolder = choice.labels ? try folder.subfolder("labels") : ""
    cropFolder = choice.crops ? try folder.subfolder("crops") : ""
  }

  /// Writes all that was chosen for the input at `index`; returns the path of the drawing.
  func write(_ result: ImageResult, image: Image, index: Int) throws -> String? {
    let name = names[index]
    if choice.labels {
      try ResultFolder.write(
        result.labels, to: "\(labelFolder)/\(OutputNames.stem(name)).txt")
    }
    if choice.crops { try writeCrops(result, image: image, name: name) }
    guard choice.drawings else { return nil }
    let path = "\(folder.path)/\(name)"
    try ImageFile.write(image.drawing(result.detections, classNames: classNames), to: path)
    return path
  }

  private func writeCrops(_ result: ImageResult, image: Image, name: String) throws {
    let stem = OutputNames.stem(name)
    let ending = name.dropFirst(stem.count)
    for (number, detection) in result.detections.enumerated() {
      guard let crop = image.cropped(to: detection.box) else { continue }
      let folder = try folder.subfolder(
        "crops/" + Self.fileName(classNames[detection.classIndex]))
      try ImageFile.write(crop, to: "\(folder)/\(stem)-\(number + 1)\(ending)")
    }
  }

  /// A class name as the name of a folder: no separators, not hidden, not the folder above.
  private static func fileName(_ text: String) -> String {
    let name = String(text.map { $0 == "/" || $0 == "\0" ? "_" : $0 })
    return name.isEmpty || name.hasPrefix(".") ? "_" + name : name
  }

  private static func realPath(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
  }
}

extension Image {
  /// The whole pixels that a box touches; nil where it touches none.
  func cropped(to box: Box) -> Image? {
    let cut = box.clipped(toWidth: Double(width), height: Double(height))
    guard cut.area > 0, cut.area.isFinite else { return nil }
    let (left, top) = (Int(cut.x1), Int(cut.y1))
    let (right, bottom) = (Int(cut.x2.rounded(.up)), Int(cut.y2.rounded(.up)))
    let pixel = format.bytesPerPixel
    var result: [UInt8] = []
    result.reserveCapacity((right - left) * (bottom - top) * pixel)
    for row in top..<bottom {
      let start = (row * width + left) * pixel
      result += bytes[start..<start + (right - left) * pixel]
    }
    return Image(width: right - left, height: bottom - top, format: format, bytes: result)
  }
}
