extension RunLengthMask {
  /// The mask transformed into an image of another size, by nearest-neighbor sampling.
  ///
  /// - Parameters:
  ///   - transform: From pixels of the mask's image to pixels of the target.
  ///   - part: The visible part of the mask's image, in its pixels.
  ///   - width: The width of the target, in pixels.
  ///   - height: The height of the target, in pixels.
  package func transformed(
    by transform: ProjectiveTransform, showing part: Box, width: Int, height: Int
  ) -> RunLengthMask {
    var runs = RunBuilder()
    let canvas = Box(x1: 0, y1: 0, x2: Double(width), y2: Double(height))
    let own = Box(bounds).intersection(part)
    let visible = Polygon(own).transformed(by: transform, clippedTo: canvas).bounds
    guard own.area > 0, let visible, let inverse = transform.inverse else {
      return RunLengthMask(width: width, height: height, runs)
    }
    let pixels = boundedPixels
    for x in Int(visible.x1)..<min(Int(visible.x2.rounded(.up)), width) {
      for y in Int(visible.y1)..<min(Int(visible.y2.rounded(.up)), height) {
        guard let place = inverse.apply(x: Double(x) + 0.5, y: Double(y) + 0.5),
          place.x >= own.x1, place.x < own.x2, place.y >= own.y1, place.y < own.y2
        else { continue }
        let (column, row) = (Int(place.x) - bounds.x, Int(place.y) - bounds.y)
        if pixels[column * bounds.height + row] {
          runs.append(x * height + y..<x * height + y + 1)
        }
      }
    }
    return RunLengthMask(width: width, height: height, runs)
  }

  /// The mask as boxes one pixel wide, from left to right; each is a run within a column.
  package var stretches: [Box] {
    var boxes: [Box] = []
    forEachRun { run in
      var first = run.lowerBound
      while first < run.upperBound {
        let column = first / height
        let last = min(run.upperBound, (column + 1) * height)
        boxes.append(
          Box(
            x1: Double(column), y1: Double(first - column * height), x2: Double(column + 1),
            y2: Double(last - column * height)))
        first = last
      }
    }
    return boxes
  }

  /// The pixels within `bounds`, column by column.
  private var boundedPixels: [Bool] {
    var result = [Bool](repeating: false, count: bounds.width * bounds.height)
    forEachRun { run in
      for pixel in run {
        let (x, y) = (pixel / height - bounds.x, pixel % height - bounds.y)
        result[x * bounds.height + y] = true
      }
    }
    return result
  }
}
