extension RunLengthMask {
  /// The pixels of the mask that lie within a distance of its edge, for boundary IoU.
  ///
  /// The distance is a fraction of the image's diagonal, at least 1 pixel, along rows and columns.
  /// The edge of the image counts as an edge of the mask.
  ///
  /// Source: B. Cheng et al., Boundary IoU, 2021; `mask_to_boundary` of its boundary_utils.py.
  package func boundary(ratio: Double = 0.02) -> RunLengthMask {
    let diagonal = Double(width * width + height * height).squareRoot()
    let distance = max(Int((ratio * diagonal).rounded(.toNearestOrEven)), 1)
    return subtracting(eroded(by: distance))
  }

  /// The pixels around which a square with sides of twice the distance plus 1 lies in the mask.
  ///
  /// The time is proportional to the area of the mask.
  private func eroded(by distance: Int) -> RunLengthMask {
    var runs = RunBuilder()
    // For each row the first and the last of the consecutive columns, up to the current one, in
    // which the pixel is at least the distance away from the upper and the lower end of its run.
    var first = [Int](repeating: -1, count: height)
    var last = [Int](repeating: -2, count: height)
    forEachRun { run in
      var start = run.lowerBound
      // A run may go on at the top of the next column.
      while start < run.upperBound {
        let column = start / height
        let top = column * height
        let end = min(run.upperBound, top + height)
        for row in stride(from: start - top + distance, to: end - top - distance, by: 1) {
          if last[row] != column - 1 { first[row] = column }
          last[row] = column
          let middle = column - distance
          if middle - first[row] >= distance {
            let pixel = middle * height + row
            runs.append(pixel..<pixel + 1)
          }
        }
        start = end
      }
    }
    return RunLengthMask(width: width, height: height, runs)
  }
}
