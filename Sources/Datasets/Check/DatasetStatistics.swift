import Foundation
import Imaging

/// Statistics of one or more splits: objects per class, and histograms of size, shape and position.
package struct DatasetStatistics: Hashable, Sendable {
  package private(set) var images = 0
  /// Labeled objects, including crowd regions.
  package private(set) var objects = 0
  /// Background images: images without labels.
  package private(set) var backgrounds = 0
  /// Objects per class, in the order of the dataset's classes.
  package private(set) var classObjects: [Int]
  /// Crowd regions per class, in the same order; they are among the objects.
  package private(set) var classCrowds: [Int]
  /// Objects per class that are marked difficult and are no crowd regions, in the same order.
  package private(set) var classDifficult: [Int]
  /// Images that contain each class, in the same order.
  package private(set) var classImages: [Int]
  /// Pixels of masks per class, in the same order; empty if no mask was decoded.
  package private(set) var classPixels: [Int] = []
  /// Pixels of masks that are background.
  package private(set) var backgroundPixels = 0
  /// Pixels of masks that are ignored.
  package private(set) var ignoredPixels = 0
  /// Objects that masks distinguish; they are not among `objects`.
  package private(set) var maskObjects = 0
  /// Object areas in square pixels, by COCO's ranges: small (below 32²), medium (below 96²), large.
  /// Empty where image sizes are unknown.
  package private(set) var areas = Histogram(bounds: [0, 32 * 32, 96 * 96, .infinity])
  /// Relative object size: sqrt(box area / image area).
  package private(set) var sizes = Histogram(bounds: (0...20).map { Double($0) / 20 })
  /// Aspect ratio: log2(width / height).
  package private(set) var shapes = Histogram(bounds: (-8...8).map { Double($0) / 2 })
  /// Objects per image.
  package private(set) var crowding = Histogram(
    bounds: [0, 1, 2, 3, 5, 9, 17, 33, 65, 129, .infinity])
  /// The longer side of each image, in pixels.
  package private(set) var sides = Histogram(
    bounds: [0, 128, 256, 384, 512, 640, 800, 1024, 1280, 1920, 2560, 4096, .infinity])
  /// The number of images of each size.
  package private(set) var imageSizes: [ImageSize: Int] = [:]
  /// Box centers on a grid of `gridSide` x `gridSide` cells, row by row from the top left.
  package private(set) var centers = [Int](repeating: 0, count: gridSide * gridSide)

  /// An image size in pixels, after the EXIF orientation is applied.
  package struct ImageSize: Hashable, Sendable {
    package let width: Int
    package let height: Int
  }

  /// The number of rows, and of columns, of the grid of centers.
  package static let gridSide = 16

  /// Counts the samples of splits with the same class names.
  ///
  /// - Parameter masks: The content of each sample's mask, per split; empty if masks are not counted.
  package init(_ splits: [Dataset], masks: [[MaskContent?]] = []) {
    classObjects = [Int](repeating: 0, count: splits.first?.classNames.count ?? 0)
    classImages = classObjects
    classCrowds = classObjects
    classDifficult = classObjects
    for sample in splits.lazy.flatMap(\.samples) { add(sample) }
    for content in masks.joined() { if let content { add(content) } }
  }

  private mutating func add(_ mask: MaskContent) {
    if classPixels.isEmpty { classPixels = [Int](repeating: 0, count: classObjects.count) }
    for index in classPixels.indices.prefix(254) where mask.pixels[index + 1] > 0 {
      classPixels[index] += mask.pixels[index + 1]
      classImages[index] += 1
    }
    backgroundPixels += mask.pixels[Int(ClassMaskFile.background)]
    ignoredPixels += mask.pixels[Int(ClassMaskFile.ignored)]
    maskObjects += mask.objects
  }

  private mutating func add(_ sample: Sample) {
    images += 1
    objects += sample.annotations.count
    let isLabeled =
      !sample.annotations.isEmpty || sample.imageClass != nil || sample.maskPath != nil
    if !isLabeled { backgrounds += 1 }
    crowding.add(Double(sample.annotations.count))
    // Without a measured image size, boxes may be fractions of the image.
    let isMeasured = sample.imageWidth > 0 && sample.imageHeight > 0
    let width = isMeasured ? Double(sample.imageWidth) : 1
    let height = isMeasured ? Double(sample.imageHeight) : 1
    if isMeasured {
      sides.add(max(width, height))
      imageSizes[
        ImageSize(width: sample.imageWidth, height: sample.imageHeight), default: 0] += 1
    }
    if let index = sample.imageClass { classImages[index] += 1 }
    func cell(_ fraction: Double) -> Int {
      // A label file may hold any number.
      fraction.isFinite ? Int(min(max(fraction, 0), 0.999_999) * Double(Self.gridSide)) : 0
    }
    for annotation in sample.annotations {
      let box = annotation.box
      classObjects[annotation.classIndex] += 1
      if annotation.isCrowd {
        classCrowds[annotation.classIndex] += 1
      } else if annotation.isDifficult {
        classDifficult[annotation.classIndex] += 1
      }
      if isMeasured { areas.add(annotation.stated?.area ?? box.area) }
      sizes.add((box.area / (width * height)).squareRoot())
      if box.width > 0, box.height > 0 { shapes.add(log2(box.width / box.height)) }
      centers[cell(box.centerY / height) * Self.gridSide + cell(box.centerX / width)] += 1
    }
    for index in Set(sample.annotations.map(\.classIndex)) { classImages[index] += 1 }
  }
}

/// A histogram: the count of values per bin.
package struct Histogram: Hashable, Sendable {
  /// The bin edges, ascending; a bin includes its lower edge and excludes its upper one.
  package let bounds: [Double]
  /// The count of each bin; values below all edges are in the first bin, values above all in the
  /// last.
  package private(set) var counts: [Int]

  /// Makes an empty histogram from at least two bin edges.
  package init(bounds: [Double]) {
    precondition(bounds.count > 1, "a histogram has a range")
    self.bounds = bounds
    counts = [Int](repeating: 0, count: bounds.count - 1)
  }

  /// Adds a value.
  package mutating func add(_ value: Double) {
    let next = bounds.dropFirst().firstIndex { value < $0 } ?? counts.count
    counts[next - 1] += 1
  }

  /// The number of values.
  package var total: Int { counts.reduce(0, +) }
}
