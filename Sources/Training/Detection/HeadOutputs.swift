import Engine
import Imaging
import Networks

/// One location in one of the head's outputs; it predicts one box.
struct AnchorPoint: Hashable {
  /// The output, an index into the strides.
  var level: Int
  /// The row-major index, `y * width + x`.
  var index: Int
}

/// The raw outputs for one image: a box encoding and class logits at every anchor point.
///
/// It points into a session's memory and must not outlive one evaluation.
struct HeadOutputs {
  /// One of the head's outputs for this image.
  struct Level {
    let base: UnsafeMutablePointer<Float>
    /// Floats from one anchor point to the next.
    let pixelStride: Int
    /// Anchor points from one row to the next.
    let width: Int
    /// The columns and rows whose anchor points lie inside the input.
    let columns: Int
    let rows: Int
    /// All anchor points, those outside the input included.
    let count: Int
    /// Input pixels from one anchor point to the next.
    let stride: Double

    @inline(__always)
    func values(_ index: Int) -> UnsafeMutablePointer<Float> { base + index * pixelStride }

    /// The class logits of an anchor point.
    @inline(__always)
    func logits(_ index: Int) -> UnsafeMutablePointer<Float> { values(index) + 4 }

    /// The predicted box of an anchor point, in input pixels.
    func box(_ index: Int) -> Box { box(x: index % width, y: index / width) }

    /// The predicted box of the anchor point in column `x` and row `y`.
    @inline(__always)
    func box(x: Int, y: Int) -> Box {
      let corners = BoxEncoding.yolox.corners(values(y * width + x), x: x, y: y, stride: stride)
      return Box(x1: corners.x, y1: corners.y, x2: corners.z, y2: corners.w)
    }

    /// The anchor points that lie strictly inside a box.
    func anchorPoints(inside box: Box) -> AnchorRectangle {
      AnchorRectangle(
        columns: inner(box.x1, box.x2, count: columns), rows: inner(box.y1, box.y2, count: rows))
    }

    /// The anchor point nearest to the box's center.
    func nearestAnchorPoint(to box: Box) -> AnchorRectangle {
      func nearest(_ center: Double, count: Int) -> Range<Int> {
        let place = max(Int(min((center / stride).rounded(.down), Double(count - 1))), 0)
        return place..<min(place + 1, count)
      }
      return AnchorRectangle(
        columns: nearest(box.centerX, count: columns), rows: nearest(box.centerY, count: rows))
    }

    private func inner(_ low: Double, _ high: Double, count: Int) -> Range<Int> {
      // Center (i + 0.5) * stride > low, and < high.
      let first = min(max((low / stride - 0.5).rounded(.down) + 1, 0), Double(count))
      let end = min(max((high / stride - 0.5).rounded(.up), 0), Double(count))
      return first < end ? Int(first)..<Int(end) : 0..<0
    }
  }

  /// The outputs, in the order of the strides.
  let levels: [Level]
  /// Logits at each anchor point, after the four values of the box encoding.
  let classCount: Int

  init(outputs: [View], image: Int, strides: [Int], classCount: Int) {
    let head = DetectionHead(strides: strides)
    let input = head.inputSize(of: outputs)
    levels = zip(outputs, strides).map { output, stride in
      Level(
        base: output.data + image * output.shape.h * output.shape.w * output.stride,
        pixelStride: output.stride, width: output.shape.w,
        columns: DetectionHead.anchorPoints(along: input.width, stride: stride),
        rows: DetectionHead.anchorPoints(along: input.height, stride: stride),
        count: output.shape.h * output.shape.w, stride: Double(stride))
    }
    self.classCount = classCount
  }

  /// Visits the anchor points inside the given box of each level, with the boxes that they predict.
  /// If there are none, it visits the anchor point nearest to the ground truth's center on each
  /// level, so that the smallest objects are learned too.
  @inline(__always)
  func forEachCandidate(
    of groundTruth: Box, inside box: (Level) -> Box, _ body: (Level, AnchorPoint, Box) -> Void
  ) {
    var rectangles = levels.map { $0.anchorPoints(inside: box($0)) }
    if rectangles.allSatisfy(\.isEmpty) {
      rectangles = levels.map { $0.nearestAnchorPoint(to: groundTruth) }
    }
    for (number, rectangle) in rectangles.enumerated() {
      let level = levels[number]
      for y in rectangle.rows {
        for x in rectangle.columns {
          let point = AnchorPoint(level: number, index: y * level.width + x)
          body(level, point, level.box(x: x, y: y))
        }
      }
    }
  }
}

/// A rectangle of anchor points of one level.
struct AnchorRectangle {
  let columns: Range<Int>
  let rows: Range<Int>
  var isEmpty: Bool { columns.isEmpty || rows.isEmpty }
}
