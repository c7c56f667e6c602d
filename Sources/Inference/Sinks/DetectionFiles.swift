import Basics
import Datasets
import Imaging

/// Writers of the files of one image, below folders that exist.
package enum DetectionFiles {
  package typealias Output = (inout ImageResult<[Detection]>) throws -> Void

  /// Writes the image with boxes drawn on it.
  package static func drawings(
    folder: String, classNames: [String], options: DrawingOptions = DrawingOptions(),
    policy: DecodePolicy
  ) -> Output {
    { result in
      guard let image = try result.fullSizeImage(policy) else { return }
      let path = try place(result.input.outputName, in: folder, of: result.input)
      try ImageFile.write(
        image.drawing(result.prediction ?? [], classNames: classNames, options: options), to: path)
      result.drawing = path
    }
  }

  /// Writes one YOLO label file.
  ///
  /// - Parameter includesScores: Whether each row ends with the score. Rows without it can be used
  ///   for training.
  package static func labels(folder: String, includesScores: Bool) -> Output {
    { result in
      let path = try place(
        FilePath.stem(result.input.outputName) + ".txt", in: folder, of: result.input)
      try AtomicFile.write(
        result.labelRows(withScores: includesScores), to: path, isSynced: false, followsLinks: false
      )
    }
  }

  /// Writes one annotation file in the format of a labeling tool: Pascal VOC or LabelMe.
  package static func annotations(
    folder: String, format: DatasetFormat, classNames: [String]
  ) -> Output {
    let ending = format == .voc ? ".xml" : ".json"
    return { result in
      guard let size = result.size else { return }
      let objects = (result.prediction ?? []).map {
        Annotation(box: $0.box, classIndex: $0.classIndex)
      }
      var writer = ObjectFileWriter(format: format, classNames: classNames)
      let pieces = try writer.add(
        objects, image: result.input.outputName, width: size.width, height: size.height)
      let path = try place(
        FilePath.stem(result.input.outputName) + ending, in: folder, of: result.input)
      try AtomicFile.write(
        (pieces ?? []).flatMap(\.self), to: path, isSynced: false, followsLinks: false)
    }
  }

  /// Writes a crop of each object into one subfolder per class.
  package static func crops(
    folder: String, classNames: [String], policy: DecodePolicy
  ) -> Output {
    { result in
      guard let detections = result.prediction, !detections.isEmpty,
        let image = try result.fullSizeImage(policy)
      else { return }
      let name = result.input.outputName
      let stem = FilePath.stem(name)
      for (number, detection) in zip(1..., detections) {
        guard let crop = image.cropped(to: detection.box) else { continue }
        let className = FolderName.safe(classNames[detection.classIndex])
        let path = try place(
          "\(className)/\(stem)-\(number)\(name.dropFirst(stem.count))", in: folder,
          of: result.input)
        try ImageFile.write(crop, to: path)
      }
    }
  }

  /// The path of a file, whose folder is created.
  ///
  /// - Throws: `InferenceError` if it is the input itself.
  private static func place(
    _ name: String, in folder: String, of input: InputItem
  ) throws -> String {
    let path = "\(folder)/\(name)"
    if name.contains("/") { try NumberedFolder.makeFolder(FilePath.folder(path)) }
    if let identity = FileContents.identity(path), identity == FileContents.identity(input.path) {
      throw InferenceError("\(path) is the input itself, and is not overwritten")
    }
    return path
  }
}

extension ImageResult {
  /// The image at full size; decoded again if it was decoded at a reduced scale for prediction.
  fileprivate func fullSizeImage(_ policy: DecodePolicy) throws -> Image? {
    guard let image else { return nil }
    guard image.image.width != image.originalWidth || image.image.height != image.originalHeight
    else { return image.image }
    var policy = policy
    policy.neededLongerSide = nil
    return try input.decode(policy).image
  }
}
extension Image {
  /// A crop of all pixels that a box touches; nil if there are none.
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
