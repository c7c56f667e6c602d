import Datasets
import Imaging

/// The objects of a whole class map, in memory.
struct SegmentedObjects {
  let width: Int
  let height: Int
  /// The object of each pixel from 1, row by row; 0 outside.
  let labels: [Int32]
  /// Class index and area in pixels of each object.
  let objects: [(classIndex: Int, area: Int)]

  /// Finds the objects of a class map: 0 background, k + 1 for class index k.
  ///
  /// - Parameter splits: Whether touching objects of one class are separated by the watershed of their
  ///   distances to the outside; if not, objects are the 4-connected components of a class.
  init(classes: [UInt8], width: Int, height: Int, splits: Bool) {
    (self.width, self.height) = (width, height)
    guard splits else {
      let components = ConnectedComponents(of: classes, width: width, height: height)
      labels = components.labels
      objects = components.components.map { (Int($0.value) - 1, $0.area) }
      return
    }
    var labels = [Int32](repeating: 0, count: classes.count)
    var objects: [(classIndex: Int, area: Int)] = []
    for value in Set(classes).subtracting([0]).sorted() {
      let mask = classes.map { $0 == value ? UInt8(1) : 0 }
      let parts = Watershed(of: mask, width: width, height: height)
      let first = objects.count
      objects += [(classIndex: Int, area: Int)](
        repeating: (Int(value) - 1, 0), count: parts.count)
      for (place, label) in parts.labels.enumerated() where label > 0 {
        labels[place] = label + Int32(first)
        objects[first + Int(label) - 1].area += 1
      }
    }
    (self.labels, self.objects) = (labels, objects)
  }

  /// The objects as annotations: polygons along the edges of their pixels, or masks.
  func annotations(asMasks: Bool) -> [Annotation] {
    let boundaries = LabelBoundaries(labels, count: objects.count, width: width, height: height)
    return objects.enumerated().map { index, object in
      let box = boundaries.box(of: index + 1)
      var annotation = Annotation(box: box, classIndex: object.classIndex)
      annotation.stated = StatedExtent(
        box: SizedBox(x: box.x1, y: box.y1, width: box.width, height: box.height),
        area: Double(object.area))
      annotation.segmentation =
        asMasks
        ? .mask(mask(of: index + 1, in: box)) : .polygons([boundaries.polygon(of: index + 1)])
      return annotation
    }
  }

  private func mask(of label: Int, in box: Box) -> RunLengthMask {
    let region = PixelRegion(
      x: Int(box.x1), y: Int(box.y1), width: Int(box.width), height: Int(box.height))
    var pixels: [UInt8] = []
    pixels.reserveCapacity(region.width * region.height)
    for y in region.y..<region.y + region.height {
      let start = y * width + region.x
      pixels += labels[start..<start + region.width].map { Int($0) == label ? 1 : 0 }
    }
    return RunLengthMask(width: width, height: height, pixels: pixels, of: region)
  }
}
