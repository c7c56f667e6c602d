import Engine
import Foundation
import Imaging
import Networks
import Testing

@testable import Inference

/// Detections of single images are found again in a mosaic of them that is processed in tiles.
/// `Golden/measure_mosaic.py` measures the same with the program at any size.
@Suite struct MosaicTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../shared/data/everyday20/images").standardizedFileURL.path
  private static let arePresent = FileManager.default.fileExists(atPath: folder)

  /// Images of several certain detections.
  private static let names = ["000000151480.jpg", "000000179898.jpg", "001403.jpg", "006459.jpg"]
  /// Gray pixels between the images, as around a single one.
  private static let gap = 64

  @Test(.enabled(if: arePresent, "the images of ../shared/data/everyday20 are not here"))
  func tilesFindWhatSingleImagesHave() throws {
    let model = try DefaultWeights.load()
    let images = try Self.names.map { try ImageFile.read("\(Self.folder)/\($0)").image }
    let side = (images.map { max($0.width, $0.height) }.max() ?? 0) + Self.gap
    var mosaic = Image(width: 2 * side, height: 2 * side, filledWith: 114)
    var expected: [Detection] = []
    // At the images' own scale, as in tiles.
    let single = try Detector(
      model, imageSize: 384, options: DetectionOptions(confidence: 0.5, iou: 0.5))
    for (number, image) in images.enumerated() {
      let (x, y) = (number % 2 * side, number / 2 * side)
      mosaic.paste(image, x: x, y: y)
      expected += try single.detect(image).map {
        Detection(
          box: $0.box.moved(x: Double(x), y: Double(y)), classIndex: $0.classIndex, score: $0.score)
      }
    }
    var options = DetectionOptions()
    (options.tile, options.overlap) = (512, 0.6)
    let found = try Detector(model, options: options).detect(mosaic)

    #expect(expected.count >= 12)
    var free = found
    var recalled = 0
    for detection in expected.sorted(by: { $0.score > $1.score }) {
      let best = free.indices.filter { free[$0].classIndex == detection.classIndex }
        .max { free[$0].box.iou(detection.box) < free[$1].box.iou(detection.box) }
      guard let best, free[best].box.iou(detection.box) >= 0.5 else { continue }
      recalled += 1
      free.remove(at: best)
    }
    #expect(Double(recalled) >= 0.95 * Double(expected.count))
    for (index, detection) in found.enumerated() {
      #expect(
        found[..<index].allSatisfy {
          $0.classIndex != detection.classIndex || $0.box.iou(detection.box) <= 0.5
        })
    }
  }
}

extension Image {
  /// Copies another image of the same format to a place where it fits.
  fileprivate mutating func paste(_ other: Image, x: Int, y: Int) {
    let pixel = format.bytesPerPixel
    for row in 0..<other.height {
      let start = ((y + row) * width + x) * pixel
      let from = row * other.width * pixel
      bytes.replaceSubrange(
        start..<start + other.width * pixel, with: other.bytes[from..<from + other.width * pixel])
    }
  }
}
