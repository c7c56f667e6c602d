/// The Lovász extension of the Jaccard loss, 1 - IoU, of one class (Berman et al. 2018, "The
/// Lovász-Softmax loss", algorithm 1).
///
/// It keeps its memory from call to call.
struct LovaszExtension {
  /// The errors, as keys whose order is that of the numbers, above the places of their pixels.
  private var items: [UInt64] = []
  private var sorted: [UInt64] = []

  /// Sorts the errors by size and calls `visit` for each pixel with the derivative of the extension
  /// with respect to its error, from the largest error to the smallest.
  ///
  /// - Parameters:
  ///   - count: The number of pixels.
  ///   - error: The error and whether the pixel belongs to the class; nil where it is ignored. The
  ///     error must not be NaN.
  ///   - foreground: The number of pixels of the class among them.
  ///   - visit: Receives the place, the error, and the derivative, at least 0.
  mutating func evaluate(
    count: Int, foreground: Int, error: (Int) -> (error: Float, belongs: Bool)?,
    visit: (_ place: Int, _ error: Float, _ slope: Double, _ belongs: Bool) -> Void
  ) {
    precondition(count <= 1 << 31, "an image has at most 2^31 pixels")
    items.removeAll(keepingCapacity: true)
    for place in 0..<count {
      guard let (error, belongs) = error(place) else { continue }
      // Descending: larger errors have smaller keys.
      let bits = error.bitPattern
      let key = bits >> 31 == 0 ? ~bits & 0x7FFF_FFFF : bits
      items.append(UInt64(key) << 32 | UInt64(place) << 1 | (belongs ? 1 : 0))
    }
    sort()
    // Intersection and union of the class's pixels with the k of the largest errors left out or
    // added: the derivative is the step of 1 - IoU.
    var (intersection, union, before) = (Double(foreground), Double(foreground), 0.0)
    for item in items {
      let belongs = item & 1 == 1
      if belongs { intersection -= 1 } else { union += 1 }
      let loss = union > 0 ? 1 - intersection / union : 0
      let key = UInt32(item >> 32)
      let bits = key >> 31 == 0 ? ~key & 0x7FFF_FFFF : key
      visit(
        Int((item & 0xFFFF_FFFF) >> 1), Float(bitPattern: bits), loss - before, belongs)
      before = loss
    }
  }

  /// Sorts by key in three rounds of 11 bits, lowest first; equal keys keep their order.
  private mutating func sort() {
    if sorted.count < items.count {
      sorted = [UInt64](repeating: 0, count: items.count)
    }
    let count = items.count
    items.withUnsafeMutableBufferPointer { items in
      sorted.withUnsafeMutableBufferPointer { sorted in
        var (from, to) = (items, UnsafeMutableBufferPointer(rebasing: sorted[0..<count]))
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 1 << 11) { starts in
          for shift in [32, 43, 54] as [UInt64] {
            starts.update(repeating: 0)
            for item in from { starts[Int(item >> shift & 0x7FF)] += 1 }
            var next = 0
            for digit in starts.indices {
              let size = starts[digit]
              starts[digit] = next
              next += size
            }
            for item in from {
              let digit = Int(item >> shift & 0x7FF)
              to[starts[digit]] = item
              starts[digit] += 1
            }
            swap(&from, &to)
          }
        }
        // After three rounds the result lies in the second buffer.
        for place in 0..<count { items[place] = from[place] }
      }
    }
  }
}
