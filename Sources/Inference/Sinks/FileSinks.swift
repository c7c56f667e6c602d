import Basics
import Engine
import Imaging

/// Writes output files per image, on the threads of a pool. A write error becomes the `failure` of
/// the image.
package final class FileSink: Sink {
  package typealias Prediction = [Detection]
  /// Writes the files of one image under its output name; returns the path of a drawing.
  private typealias Write = (ImageResult<Prediction>, DecodedImage, _ name: String) throws ->
    String?
  private let names: OutputNames
  private let pool: ThreadPool
  private let write: Write

  private init(_ names: OutputNames, _ pool: ThreadPool, write: @escaping Write) {
    self.names = names
    self.pool = pool
    self.write = write
  }

  package func consume(_ results: inout [ImageResult<Prediction>]) {
    let window = results
    let outcomes = pool.map(window.count) { index in
      Result {
        try window[index].image.flatMap {
          try write(window[index], $0, names.names[window[index].index])
        }
      }
    }
    for (index, outcome) in outcomes.enumerated() {
      switch outcome {
      case .success(let drawing): results[index].drawing = drawing ?? results[index].drawing
      case .failure(let error): results[index].failure = error
      }
    }
  }

  /// Writes the images with boxes drawn on them; the folder must exist.
  ///
  /// - Throws: `InferenceError` if a drawing would overwrite one of the inputs.
  package static func drawings(
    folder: String, names: OutputNames, classNames: [String], policy: DecodePolicy, pool: ThreadPool
  ) throws(InferenceError) -> FileSink {
    try names.checkInputsRemain(in: folder)
    return FileSink(names, pool) { result, image, name in
      let path = "\(folder)/\(name)"
      let image = try image.fullSize(result.path, policy)
      try ImageFile.write(image.drawing(result.prediction ?? [], classNames: classNames), to: path)
      return path
    }
  }

  /// Writes one YOLO label file per image; the folder must exist.
  ///
  /// - Parameter includesScores: Whether each row ends with the score. Rows without it can be used
  ///   for training.
  package static func labels(
    folder: String, names: OutputNames, includesScores: Bool, pool: ThreadPool
  ) -> FileSink {
    FileSink(names, pool) { result, _, name in
      let path = "\(folder)/\(FilePath.stem(name)).txt"
      try AtomicFile.write(
        result.labelRows(withScores: includesScores), to: path, isSynced: false, followsLinks: false
      )
      return nil
    }
  }

  /// Writes a crop of each object into one subfolder per class; the folder must exist.
  package static func crops(
    folder: String, names: OutputNames, classNames: [String], policy: DecodePolicy, pool: ThreadPool
  ) -> FileSink {
    FileSink(names, pool) { result, image, name in
      guard let detections = result.prediction, !detections.isEmpty else { return nil }
      let stem = FilePath.stem(name)
      let image = try image.fullSize(result.path, policy)
      for (number, detection) in zip(1..., detections) {
        guard let crop = image.cropped(to: detection.box) else { continue }
        let folder = "\(folder)/\(FolderName.safe(classNames[detection.classIndex]))"
        try NumberedFolder.makeFolder(folder)
        try ImageFile.write(crop, to: "\(folder)/\(stem)-\(number)\(name.dropFirst(stem.count))")
      }
      return nil
    }
  }
}

extension DecodedImage {
  /// The image at full size; decoded again if it was decoded at a reduced scale for prediction.
  func fullSize(_ path: String, _ policy: DecodePolicy) throws(ImagingError) -> Image {
    guard image.width != originalWidth || image.height != originalHeight else { return image }
    var policy = policy
    policy.neededLongerSide = nil
    return try ImageFile.read(path, policy: policy).image
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
