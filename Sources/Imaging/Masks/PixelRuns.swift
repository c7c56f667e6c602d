extension UnsafeBufferPointer<UInt8> {
  /// The end of the run of equal bytes that begins at `start`, at most `limit`.
  ///
  /// Compares eight bytes at a time: most of a mask consists of long runs.
  package func endOfRun(from start: Int, limit: Int) -> Int {
    precondition(start >= 0 && start < limit && limit <= count, "a run lies inside of the buffer")
    let value = self[start]
    let pattern = UInt64(value) &* 0x0101_0101_0101_0101
    let bytes = UnsafeRawBufferPointer(self)
    var place = start + 1
    while place + 8 <= limit,
      bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self) == pattern
    {
      place += 8
    }
    while place < limit, self[place] == value { place += 1 }
    return place
  }
}
