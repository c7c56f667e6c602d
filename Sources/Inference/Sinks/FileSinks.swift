import Basics
import Engine
import Imaging

/// Writes files for each image, on all threads; a failed image is passed over.
protocol FileSink: Sink {
  var pool: ThreadPool { get }

  /// Writes the files of one image; returns the path of its drawing, if it is one.
  func write(_ result: ImageResult<Prediction>, image: DecodedImage) throws -> String?
}

extension FileSink {
  package func consume(_ results: inout [ImageResult<Prediction>]) {
    let window = results
    let outcomes = pool.map(window.count) { index in
      Result { try window[index].image.flatMap { try write(window[index], image: $0) } }
    }
    for (index, outcome) in outcomes.enumerated() {
      switch outcome {
      case .success(let drawing): results[index].drawing = drawing ?? results[index].drawing
      case .failure(let error): results[index].failure = error
      }
    }
  }
}

/// Writes images with their boxes drawn.
package final class DrawingSink: FileSink {
  package typealias Prediction = [Detection]
  private let folder: String
  private let names: OutputNames
  private let classNames: [String]
  private let policy: DecodePolicy
  let pool: ThreadPool

  /// - Throws: `InferenceError` where a drawing would overwrite one of the inputs.
  package init(
    folder: String, names: OutputNames, classNames: [String], policy: DecodePolicy,
    pool: ThreadPool
  ) throws(InferenceError) {
    try names.checkInputsRemain(in: folder)
    self.folder = folder
    self.names = names
    self.classNames = classNames
    self.policy = policy
    self.pool = pool
  }

  func write(_ result: ImageResult<[Detection]>, image: DecodedImage) throws -> String? {
    let path = "\(folder)/\(names.names[result.item.index])"
    let image = try image.fullSize(result.item, policy)
    try ImageFile.write(image.drawing(result.prediction ?? [], classNames: classNames), to: path)
    return path
  }
}

/// Writes one YOLO label file per image.
package final class LabelFileSink: FileSink {
  package typealias Prediction = [Detection]
  private let folder: String
  private let names: OutputNames
  let pool: ThreadPool

  /// - Parameter folder: An existing folder.
  package init(folder: String, names: OutputNames, pool: ThreadPool) {
    self.folder = folder
    self.names = names
    self.pool = pool
  }

  func write(_ result: ImageResult<[Detection]>, image: DecodedImage) throws -> String? {
    let path = "\(folder)/\(OutputNames.stem(names.names[result.item.index])).txt"
    try AtomicFile.write(result.labelRows, to: path, isSynced: false)
    return nil
  }
}

/// Writes each object as an image, into a folder per class.
package final class CropSink: FileSink {
  package typealias Prediction = [Detection]
  private let folder: String
  private let names: OutputNames
  private let classNames: [String]
  private let policy: DecodePolicy
  let pool: ThreadPool

  /// - Parameter folder: An existing folder.
  package init(
    folder: String, names: OutputNames, classNames: [String], policy: DecodePolicy,
    pool: ThreadPool
  ) {
    self.folder = folder
    self.names = names
    self.classNames = classNames
    self.policy = policy
    self.pool = pool
  }

  func write(_ result: ImageResult<[Detection]>, image: DecodedImage) throws -> String? {
    let name = names.names[result.item.index]
    let stem = OutputNames.stem(name)
    guard result.prediction?.isEmpty == false else { return nil }
    let image = try image.fullSize(result.item, policy)
    for (number, detection) in (result.prediction ?? []).enumerated() {
      guard let crop = image.cropped(to: detection.box) else { continue }
      let folder = "\(folder)/\(folderName(classNames[detection.classIndex]))"
      try NumberedFolder.makeFolder(folder)
      try ImageFile.write(
        crop, to: "\(folder)/\(stem)-\(number + 1)\(name.dropFirst(stem.count))")
    }
    return nil
  }

  /// A class name as the name of a folder: no separators, not hidden, not the parent folder.
  private func folderName(_ text: String) -> String {
    let name = String(text.map { $0 == "/" || $0 == "\0" ? "_" : $0 })
    return name.isEmpty || name.hasPrefix(".") ? "_" + name : name
  }
}

extension DecodedImage {
  /// The image at full size: decoded again where the prediction used a smaller one, so that outputs
  /// do not change what the network sees.
  func fullSize(_ item: ImageItem, _ policy: DecodePolicy) throws(ImagingError) -> Image {
    guard image.width != originalWidth || image.height != originalHeight else { return image }
    var policy = policy
    policy.neededLongerSide = nil
    return try ImageFile.read(item.path, policy: policy).image
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
