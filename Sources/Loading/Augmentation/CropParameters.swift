import Datasets
import Imaging

/// A random crop that keeps some of the image's objects.
///
/// Source: SSD (Liu et al. 2016), section 2.2: the crop has a minimum IoU with an object, 0.3 to 1
/// of each side of the image and an aspect ratio of 1/2 to 2. Objects whose center lies in it are
/// kept.
struct CropParameters: Hashable {
  /// The crop, in pixels of the original image.
  var part: Box

  private static let minimumIoUs = [0, 0.1, 0.3, 0.5, 0.7, 0.9]
  private static let sides: ClosedRange<Float> = 0.3...1
  private static let tries = 50

  /// Samples a crop; nil if the whole image is shown.
  init?(_ sample: Sample, _ config: AugmentationConfig, seed: SampleSeed) {
    var generator = seed.generator(.crop)
    guard generator.chance(config.crop) else { return nil }
    // One of seven choices is the whole image.
    let choice = generator.index(below: Self.minimumIoUs.count + 1)
    guard choice < Self.minimumIoUs.count else { return nil }
    let objects = sample.annotations.filter { !$0.isIgnored }
    let (width, height) = (Double(sample.imageWidth), Double(sample.imageHeight))
    for _ in 0..<Self.tries {
      let partWidth = Double(generator.uniform(in: Self.sides)) * width
      let partHeight = Double(generator.uniform(in: Self.sides)) * height
      let left = Double(generator.uniform()) * (width - partWidth)
      let top = Double(generator.uniform()) * (height - partHeight)
      guard (0.5...2).contains(partWidth / partHeight) else { continue }
      part = Box(x1: left, y1: top, x2: left + partWidth, y2: top + partHeight)
      let best = objects.map { $0.box.iou(part) }.max()
      let keepsOne = objects.isEmpty || objects.contains { keeps($0) }
      if keepsOne, (best ?? 1) >= Self.minimumIoUs[choice] { return }
    }
    return nil
  }

  /// Whether an object is kept: its center lies in the crop.
  func keeps(_ annotation: Annotation) -> Bool {
    let box = annotation.box
    return part.x1 <= box.centerX && box.centerX < part.x2 && part.y1 <= box.centerY
      && box.centerY < part.y2
  }
}
