import Basics
import Datasets
import Imaging

/// The files that `segment` writes for each image.
package struct SegmentationOutputs: Sendable {
  /// How the contours of objects are written.
  package enum Contours: String, CaseIterable, Sendable {
    /// Polygons in a COCO file of all images.
    case coco
    /// Run lengths in a COCO file of all images.
    case cocoRLE = "coco-rle"
    /// Polygons in a LabelMe file per image.
    case labelme
  }

  /// The format of the masks.
  package enum MaskFormat: String, CaseIterable, Sendable {
    case png
    case tiff

    /// The ending of files.
    package var ending: String { self == .png ? "png" : "tif" }
  }

  /// The folder, which exists.
  package var folder: String
  /// Masks of the classes, `NAME.png` or `NAME.tif`.
  package var savesMasks = true
  package var maskFormat = MaskFormat.png
  /// The images with the classes drawn on them, `overlays/NAME.png`.
  package var savesOverlays = false
  /// Probabilities in 16 bits, `probabilities/NAME.png`, or a folder per class there.
  package var savesProbabilities = false
  /// Contours of the objects; nil for none.
  package var contours: Contours?
  /// Whether touching objects are separated, and their numbers written to `instances/NAME.png`.
  package var splitsObjects = false

  package init(folder: String) { self.folder = folder }

  /// Whether there are any files.
  package var writesFiles: Bool {
    savesMasks || savesOverlays || savesProbabilities || contours != nil || splitsObjects
  }

  /// Whether the contours of all images are one file.
  package var holdsAllContours: Bool { contours == .coco || contours == .cocoRLE }

  /// Whether the class map of the whole image is needed in memory.
  var needsWholeMap: Bool { contours != nil || splitsObjects }
}

/// Writes the files of one image as its rows arrive. No file appears before all are complete.
final class SegmentationFiles {
  private let outputs: SegmentationOutputs
  private let name: String
  private let width: Int
  private let height: Int
  private let classNames: [String]
  private var mask: (any RowWriter)?
  private var overlay: OverlayFile?
  private var probabilities: [PNGRowWriter] = []
  private var classes: [SegmentationResult.ClassSummary]
  private var areas: ComponentAreas
  private var map: [UInt8] = []
  private(set) var files: [(kind: String, path: String)] = []

  /// - Parameter name: The name of the files, without an ending.
  init(
    _ outputs: SegmentationOutputs, name: String, width: Int, height: Int, classNames: [String]
  ) throws {
    (self.outputs, self.name, self.classNames) = (outputs, name, classNames)
    (self.width, self.height) = (width, height)
    classes = classNames.map { _ in SegmentationResult.ClassSummary() }
    areas = ComponentAreas(width: width)
    if outputs.savesMasks {
      let path = try place("mask", "", ending: outputs.maskFormat.ending)
      mask =
        switch outputs.maskFormat {
        case .png:
          try PNGRowWriter(path, width: width, height: height, format: .gray8, isLabelMap: true)
        case .tiff: TIFFRowWriter(path, width: width, height: height, format: .gray8)
        }
    }
    if outputs.savesOverlays {
      overlay = try OverlayFile(
        place("overlay", "overlays/"), width: width, height: height, classCount: classNames.count)
    }
    if outputs.savesProbabilities {
      for className in classNames {
        let folder = classNames.count == 1 ? "" : FolderName.safe(className) + "/"
        probabilities.append(
          try PNGRowWriter(
            place("probability", "probabilities/" + folder, isListed: classNames.count == 1),
            width: width, height: height, format: PixelFormat(channels: 1, bitDepth: 16)))
      }
    }
  }

  /// The path of a file; its folder is created.
  private func place(
    _ kind: String, _ folder: String, ending: String = "png", isListed: Bool = true
  ) throws(FileError) -> String {
    let path = "\(outputs.folder)/\(folder)\(name).\(ending)"
    try NumberedFolder.makeFolder(FilePath.folder(path))
    if isListed { files.append((kind, path)) }
    return path
  }

  func append(_ strip: SegmentationStrip) throws {
    var counts = [Int](repeating: 0, count: 256)
    for label in strip.classes { counts[Int(label)] += 1 }
    for index in classes.indices { classes[index].pixels += counts[index + 1] }
    if outputs.needsWholeMap { map += strip.classes } else { areas.append(strip.classes) }
    // One class is 0 and 255, which every program shows; several are numbers.
    try mask?.append(
      classNames.count == 1 ? strip.classes.map { $0 == 0 ? 0 : 255 } : strip.classes)
    try overlay?.append(strip)
    for (index, file) in probabilities.enumerated() {
      try append(strip.probabilities, index, to: file)
    }
  }

  private func append(
    _ probabilities: [Float], _ classIndex: Int, to file: PNGRowWriter
  ) throws(ImagingError) {
    let step = classNames.count
    let samples = (0..<probabilities.count / step).map { pixel in
      UInt16((min(max(probabilities[pixel * step + classIndex], 0), 1) * 65535).rounded())
    }
    try file.append(samples.withUnsafeBytes { Array($0) })
  }

  /// Completes the files; returns the measurements by class, and the objects if contours are wanted.
  func finish() throws -> (classes: [SegmentationResult.ClassSummary], objects: [Annotation]) {
    var objects: [Annotation] = []
    if outputs.needsWholeMap {
      let found = SegmentedObjects(
        classes: map, width: width, height: height, splits: outputs.splitsObjects)
      map = []
      for object in found.objects { classes[object.classIndex].areas.add(object.area) }
      if outputs.splitsObjects { try writeNumbers(of: found) }
      if let contours = outputs.contours {
        objects = found.annotations(asMasks: contours == .cocoRLE)
      }
    } else {
      for index in classes.indices { classes[index].areas = areas.areas(of: UInt8(index + 1)) }
    }
    try mask?.commit()
    try overlay?.commit()
    for file in probabilities { try file.commit() }
    return (classes, objects)
  }

  /// Writes the number of each pixel's object.
  private func writeNumbers(of found: SegmentedObjects) throws {
    guard found.objects.count <= Int(UInt16.max) else {
      throw InferenceError(
        "\(name): a 16-bit map cannot number \(found.objects.count) objects; segment parts of the "
          + "image, or leave --instances out")
    }
    let file = try PNGRowWriter(
      place("instances", "instances/"), width: width, height: height,
      format: PixelFormat(channels: 1, bitDepth: 16), isLabelMap: true)
    try file.append(found.labels.map { UInt16($0) }.withUnsafeBytes { Array($0) })
    try file.commit()
  }
}
