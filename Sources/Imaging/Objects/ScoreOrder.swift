/// The order in which non-maximum suppression visits detections.
enum ScoreOrder {
  /// The indices of the valid detections by descending score, ties in the given order.
  ///
  /// Detections with a NaN score or a coordinate that is not finite are left out.
  static func descending(_ detections: [Detection]) -> [Int32] {
    var keys: [UInt64] = []
    keys.reserveCapacity(detections.count)
    for (index, detection) in detections.enumerated() {
      guard !detection.score.isNaN, detection.box.isFinite else { continue }
      // The bits of a float order like integers once negative ones are mirrored; adding zero makes
      // -0 the same as 0.
      let bits = (detection.score + 0).bitPattern
      let ascending = bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
      keys.append(UInt64(~ascending) << 32 | UInt64(UInt32(index)))
    }
    var other = keys
    keys.withUnsafeMutableBufferPointer { keys in
      other.withUnsafeMutableBufferPointer { other in
        radixSort(keys, other, shift: 32)
        radixSort(other, keys, shift: 43)
        radixSort(keys, other, shift: 54)
      }
    }
    return other.map { Int32(truncatingIfNeeded: $0) }
  }

  /// Sorts by the 11 bits from `shift` on; equal keys keep their order.
  private static func radixSort(
    _ keys: UnsafeMutableBufferPointer<UInt64>, _ sorted: UnsafeMutableBufferPointer<UInt64>,
    shift: Int
  ) {
    let digits = 1 << 11
    let mask = UInt64(digits - 1)
    withUnsafeTemporaryAllocation(of: Int.self, capacity: digits + 1) { places in
      places.initialize(repeating: 0)
      for key in keys { places[Int(key >> shift & mask) + 1] += 1 }
      for digit in 1..<digits { places[digit] += places[digit - 1] }
      for key in keys {
        let digit = Int(key >> shift & mask)
        sorted[places[digit]] = key
        places[digit] += 1
      }
    }
  }
}
