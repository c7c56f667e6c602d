import Foundation
import Imaging

/// The numbers of a split: how many objects of each class, how large, of what shape, where.
package struct DatasetStatistics: Hashable, Sendable {
  /// Images.
  package private(set) var images = 0
  /// Labeled objects.
  package private(set) var objects = 0
  /// Background images: without labels.
  package private(set) var backgrounds = 0
  /// Objects of each class, in the order of the dataset's classes.
  package private(set) var classObjects: [Int]
  /// Images that show each class.
  package private(set) var classImages: [Int]
  /// Objects by area in square pixels, as COCO calls them: small below 32², medium below 96², large;
  /// empty where the sizes of the images are not known.
  package private(set) var areas = Histogram(bounds: [0, 32 * 32, 96 * 96, .infinity])
  /// Objects by the side of a square of their area, as a part of the image's.
  package private(set) var sizes = Histogram(bounds: (0...20).map { Double($0) / 20 })
  /// Objects by width over height, as a power of two.
  package private(set) var shapes = Histogram(bounds: (-8...8).map { Double($0) / 2 })
  /// Images by how many objects they have.
  package private(set) var crowding = Histogram(
    bounds: [0, 1, 2, 3, 5, 9, 17, 33, 65, 129, .infinity])
  /// Images by the longer side, in pixels.
  package private(set) var sides = Histogram(
    bounds: [0, 128, 256, 384, 512, 640, 800, 1024, 1280, 1920, 2560, 4096, .infinity])
  /// How many images there are of each size that occurs.
  package private(set) var imageSizes: [ImageSize: Int] = [:]
  /// Objects by where their center is: rows from the top, each from the left, `gridSide` of both.
  package private(set) var centers = [Int](repeating: 0, count: gridSide * gridSide)

  /// How large an image is.
  package struct ImageSize: Hashable, Sendable {
    /// In pixels, once upright.
    package let width: Int
    /// In pixels, once upright.
    package let height: Int
  }

  /// Cells across and down the image.
  package static let gridSide = 16

  /// Counts splits with the same classes.
  package init(_ splits: [Dataset]) {
    classObjects = [Int](repeating: 0, count: splits.first?.classNames.count ?? 0)
    classImages = classObjects
    for sample in splits.lazy.flatMap(\.samples) { add(sample) }
  }

  private mutating func add(_ sample: Sample) {
    images += 1
    objects += sample.annotations.count
    let isLabeled =
      !sample.annotations.isEmpty || sample.imageClass != nil || sample.maskPath != nil
    if !isLabeled { backgrounds += 1 }
    crowding.add(Double(sample.annotations.count))
    // Where images were not measured, boxes may be in fractions.
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
      // A file may state any number.
      fraction.isFinite ? Int(min(max(fraction, 0), 0.999_999) * Double(Self.gridSide)) : 0
    }
    for annotation in sample.annotations {
      let box = annotation.box
      classObjects[annotation.classIndex] += 1
      if isMeasured { areas.add(annotation.stated?.area ?? box.area) }
      sizes.add((box.area / (width * height)).squareRoot())
      if box.width > 0, box.height > 0 { shapes.add(log2(box.width / box.height)) }
      centers[cell(box.centerY / height) * Self.gridSide + cell(box.centerX / width)] += 1
    }
    for index in Set(sample.annotations.map(\.classIndex)) { classImages[index] += 1 }
  }
}

/// Counts of numbers by range.
package struct Histogram: Hashable, Sendable {
  /// The bounds of the ranges, rising; a range holds its lower bound and not its upper one.
  package let bounds: [Double]
  /// How many numbers lie in each range; those below all bounds are in the first, those above in the
  /// last.
  package private(set) var counts: [Int]

  /// Makes an empty histogram; there are at least two bounds.
  package init(bounds: [Double]) {
    precondition(bounds.count > 1, "a histogram has a range")
    self.bounds = bounds
    counts = [Int](repeating: 0, count: bounds.count - 1)
  }

  /// Counts a number.
  package mutating func add(_ value: Double) {
    let next = bounds.dropFirst().firstIndex { value < $0 } ?? counts.count
    counts[next - 1] += 1
  }

  /// All that was counted.
  package var total: Int { counts.reduce(0, +) }
}
