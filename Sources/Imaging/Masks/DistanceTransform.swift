/// The exact Euclidean distances of the pixels of a mask to the nearest pixel outside of it.
///
/// Linear time: one pass over the columns, one over the rows.
///
/// Source: P. Felzenszwalb, D. Huttenlocher, Distance Transforms of Sampled Functions, 2012. The
/// distances are those of `scipy.ndimage.distance_transform_edt`, rounded to single precision; pixels
/// beyond the image's edges are not outside.
package enum DistanceTransform {
  /// The vertical distance where a column has no pixel to measure to. More is not reached: an image
  /// has fewer rows.
  package static let unreachable = Int32.max - 1

  /// The distance of each pixel, in pixels, to the nearest one of value 0, row by row; infinite if
  /// there is none.
  package static func distances(toZerosOf values: [UInt8], width: Int, height: Int) -> [Float] {
    precondition(values.count == width * height, "there is one value per pixel")
    let columns = columnDistances(width: width, height: height) { values[$0] == 0 }
    var envelope = LowerEnvelope(width: width)
    return [Float](unsafeUninitializedCapacity: values.count) { buffer, count in
      for row in 0..<height {
        envelope.measure(columns[row * width..<(row + 1) * width]) { column, squared in
          buffer[row * width + column] = squared.map { Float(Double($0).squareRoot()) } ?? .infinity
        }
      }
      count = values.count
    }
  }

  /// The vertical distance of each pixel to the nearest target of its column, in pixels, row by row;
  /// `unreachable` in columns without one.
  ///
  /// - Parameter isTarget: Whether the distances to a pixel, given by its index, are measured.
  @inline(__always)
  package static func columnDistances(
    width: Int, height: Int, to isTarget: (_ place: Int) -> Bool
  ) -> [Int32] {
    var columns = (0..<width * height).map { isTarget($0) ? 0 : unreachable }
    measureColumns(&columns, width: width)
    return columns
  }

  /// Replaces each value by the vertical distance to the nearest 0 of its column, in pixels, row by
  /// row; `unreachable` stays in columns without one. Other values are `unreachable` at first.
  package static func measureColumns(_ distances: inout [Int32], width: Int) {
    distances.withUnsafeMutableBufferPointer { distances in
      guard let first = distances.baseAddress, width < distances.count else { return }
      let count = distances.count
      for place in width..<count { first[place] = min(first[place], first[place - width] &+ 1) }
      for place in stride(from: count - 2 * width, through: 0, by: -width) {
        let row = first + place
        for column in 0..<width { row[column] = min(row[column], row[column + width] &+ 1) }
      }
    }
  }
}

/// The lower envelope of the parabolas of a row: at each column, the smallest sum of a squared
/// vertical distance and the squared distance to its column. The memory is reused from row to row.
package struct LowerEnvelope {
  /// The columns whose parabolas make up the envelope.
  private var columns: [Int]
  /// The left end of each parabola's part of the envelope.
  private var starts: [Double]

  /// Makes room for rows of a width.
  package init(width: Int) {
    columns = [Int](repeating: 0, count: width)
    starts = [Double](repeating: 0, count: width)
  }

  /// Calls `body` with the squared distance at each column of a row; nil if none is reachable.
  @inline(__always)
  package mutating func measure(
    _ row: ArraySlice<Int32>, _ body: (_ column: Int, _ squared: Int?) -> Void
  ) {
    let first = row.startIndex
    func height(_ column: Int) -> Int { Int(row[first + column]) * Int(row[first + column]) }
    var count = 0
    for column in 0..<row.count where row[first + column] != DistanceTransform.unreachable {
      let own = height(column) + column * column
      var start = -Double.infinity
      while count > 0 {
        let other = columns[count - 1]
        // The quotient of integers: where it is an integer, it is exact.
        start = Double(own - height(other) - other * other) / Double(2 * (column - other))
        if start > starts[count - 1] { break }
        count -= 1
      }
      columns[count] = column
      starts[count] = count > 0 ? start : -.infinity
      count += 1
    }
    guard count > 0 else {
      for column in 0..<row.count { body(column, nil) }
      return
    }
    var part = 0
    for column in 0..<row.count {
      while part + 1 < count, starts[part + 1] < Double(column) { part += 1 }
      let other = columns[part]
      body(column, height(other) + (column - other) * (column - other))
    }
  }
}
