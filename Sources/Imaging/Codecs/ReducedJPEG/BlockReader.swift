/// Reads the blocks of a component from coded data and keeps their low frequencies only.
///
/// Where nothing more of a block is wanted, whole runs of codes are passed over a look at a table
/// at a time: that is what a reduced size saves, and libjpeg does not.
struct BlockReader {
  /// Numbers that a block takes among the coefficients: the wanted frequencies, row by row, and one
  /// for whatever is read on the way and not wanted.
  let size: Int
  private let dc: HuffmanTable
  private let ac: HuffmanTable
  /// For each place in zigzag order: where in the block its coefficient goes, and its quantization
  /// step.
  private let places: [(slot: Int, step: Float)]
  /// The last place in zigzag order that is wanted.
  private let last: Int

  /// The horizontal frequency u and the vertical one v in zigzag order (ITU-T T.81, figure A.6).
  private static let zigzag: [(u: Int, v: Int)] = (0..<15).flatMap { diagonal in
    let upward = (0..<8).filter { (0..<8).contains(diagonal - $0) }.map { ($0, diagonal - $0) }
    return diagonal % 2 == 0 ? upward : upward.reversed()
  }

  /// Makes a reader of blocks of which `columns` x `rows` frequencies are wanted; nil where the
  /// component lacks a table.
  init?(_ component: JPEGFrame.Component, columns: Int, rows: Int) {
    guard let dc = component.dc, let ac = component.ac else { return nil }
    self.dc = dc
    self.ac = ac
    size = columns * rows + 1
    places = zip(Self.zigzag, component.steps).map { place, step in
      let isWanted = place.u < columns && place.v < rows
      return (isWanted ? columns * place.v + place.u : columns * rows, Float(step))
    }
    last = Self.zigzag.lastIndex { $0.u < columns && $0.v < rows } ?? 0
  }

  /// Reads a block whose bits begin at `position`: its dequantized coefficients go to those from
  /// `start` on, which must be zero; `prediction` is the DC coefficient of the component's block
  /// before.
  ///
  /// Returns false where the data make no block.
  @inline(__always)
  func read(
    _ data: RawSpan, at position: inout Int, prediction: inout Int,
    into coefficients: inout MutableSpan<Float>, from start: Int
  ) -> Bool {
    var window = Self.window(data, position)
    guard let (length, size) = code(in: window, dc), size <= 11 else { return false }
    prediction += Self.value(window &<< UInt64(length), bits: size)
    // Samples of 8 bits have no more (and libjpeg lets larger sums wrap around).
    guard abs(prediction) <= 2048 else { return false }
    coefficients[start] = Float(prediction) * places[0].step
    window = window &<< UInt64(length + size)
    position += length + size

    var place = 1
    var isFresh = false
    while place <= last {
      guard let (length, symbol) = code(in: window, ac) else { return false }
      let size = symbol & 15
      position += length + size
      place += symbol >> 4
      if size == 0 {
        if symbol != 0xF0 { return true }
      } else {
        guard place < 64, size <= 10 else { return false }
        let (slot, step) = places[place]
        coefficients[start + slot] = Float(Self.value(window &<< UInt64(length), bits: size)) * step
      }
      place += 1
      // A window of 57 bits holds two codes, each of 16 bits and a value of 10 (or 11 for DC).
      window = isFresh ? window &<< UInt64(length + size) : Self.window(data, position)
      isFresh.toggle()
    }
    return skip(data, at: &position, from: place)
  }

  /// Passes over what is left of a block; false where that is not sound.
  @inline(__always)
  private func skip(_ data: RawSpan, at position: inout Int, from start: Int) -> Bool {
    var place = start
    while place < 64 {
      let whole = Self.window(data, position)
      var window = whole
      var used = 0
      // Four times the table's width are within the 57 bits of a window.
      for _ in 0..<4 {
        let entry = ac.entries[Int(window >> UInt64(64 - HuffmanTable.width))]
        guard entry.skipped > 0, place + entry.advance < 64 else { break }
        used += entry.skipped
        if entry.ends {
          position += used
          return true
        }
        place += entry.advance
        window = window &<< UInt64(entry.bits)
      }
      position += used
      guard used == 0 else { continue }
      guard let (length, symbol) = code(in: whole, ac) else { return false }
      position += length + (symbol & 15)
      if symbol & 15 == 0, symbol != 0xF0 { return true }
      place += (symbol >> 4) + 1
    }
    return place == 64
  }

  /// The length and symbol of the code that a window begins with.
  @inline(__always)
  private func code(in window: UInt64, _ table: HuffmanTable) -> (length: Int, symbol: Int)? {
    let entry = table.entries[Int(window >> UInt64(64 - HuffmanTable.width))]
    return entry.length > 0 ? (entry.length, entry.symbol) : table.longCode(Int(window >> 48))
  }

  /// The 57 to 64 bits from a position on, in the high bits.
  @inline(__always)
  private static func window(_ data: RawSpan, _ position: Int) -> UInt64 {
    let word = data.unsafeLoadUnaligned(fromByteOffset: position >> 3, as: UInt64.self)
    return UInt64(bigEndian: word) &<< UInt64(position & 7)
  }

  /// The signed number that the first `bits` of a window stand for (ITU-T T.81, F.1.2.1).
  @inline(__always)
  private static func value(_ window: UInt64, bits: Int) -> Int {
    guard bits > 0 else { return 0 }
    let number = Int(window >> UInt64(64 - bits))
    return number >> (bits - 1) == 1 ? number : number - (1 << bits) + 1
  }
}
