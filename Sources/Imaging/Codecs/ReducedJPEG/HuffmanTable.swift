/// A table of Huffman codes of JPEG (ITU-T T.81, annex C), read by the next twelve bits.
///
/// A code's symbol tells in its low four bits how many bits of a coefficient's value follow, and
/// in its high four how many zero coefficients go before it.
struct HuffmanTable {
  /// What the next bits say.
  struct Entry {
    /// Bits 0-5: ``skipped``, so that a shift by the entry is one by them; 6: ``ends``; 8-15:
    /// ``symbol``; 16-20: ``length``; 21-26: ``advance``.
    var bits: UInt32

    /// The length of the first code in bits, 0 for one that is longer than the table is wide.
    var length: Int { Int(bits >> 16 & 31) }
    /// The first code's symbol.
    var symbol: Int { Int(bits >> 8 & 255) }
    /// The bits of all coefficients that the table's width holds whole, values included.
    var skipped: Int { Int(bits & 63) }
    /// The places of a block that those coefficients and the zeros before them take.
    var advance: Int { Int(bits >> 21) }
    /// Whether the block's end is among them.
    var ends: Bool { bits & 1 << 6 != 0 }
  }

  /// The bits that an entry is chosen by.
  static let width = 12

  /// Indexed by the next ``width`` bits.
  private(set) var entries: [Entry]
  /// For codes of 13 to 16 bits: the first number of 16 bits behind those of this length.
  private let limits: [Int]
  /// What to add to a long code's number for its place among the symbols.
  private let offsets: [Int]
  private let symbols: [UInt8]

  /// Makes a table from the number of codes of each length, 1 to 16, and their symbols in order;
  /// nil where they do not make a code.
  init?(counts: [UInt8], symbols: [UInt8]) {
    guard counts.count == 16, counts.reduce(0, { $0 + Int($1) }) == symbols.count,
      symbols.count <= 256
    else { return nil }
    var entries = [Entry](repeating: Entry(bits: 0), count: 1 << Self.width)
    var limits: [Int] = []
    var offsets: [Int] = []
    var code = 0
    var place = 0
    for length in 1...16 {
      let count = Int(counts[length - 1])
      // The code of ones only is never used (C.2).
      guard count == 0 || code + count < 1 << length else { return nil }
      offsets.append(place - code)
      if length <= Self.width {
        let copies = 1 << (Self.width - length)
        for index in 0..<(count * copies) {
          let symbol = symbols[place + index / copies]
          entries[code * copies + index] = Entry(bits: UInt32(length) << 16 | UInt32(symbol) << 8)
        }
      }
      code += count
      place += count
      limits.append(code << (16 - length))
      code <<= 1
    }
    self.entries = entries
    self.limits = limits
    self.offsets = offsets
    self.symbols = symbols
    for index in entries.indices { addSkip(to: index) }
  }

  /// Notes how far the bits of an index lead through a block whose coefficients nobody wants.
  private mutating func addSkip(to index: Int) {
    var skipped = 0
    var advance = 0
    var ends = false
    while !ends {
      let entry = entries[index << skipped & ((1 << Self.width) - 1)]
      let size = entry.symbol & 15
      let zeros = entry.symbol >> 4
      let bits = entry.length + size
      let places = size == 0 && zeros < 15 ? 0 : zeros + 1
      // The bits that were shifted in count for nothing, so the code must end before them.
      guard entry.length > 0, skipped + bits <= Self.width, advance + places < 64 else { break }
      skipped += bits
      advance += places
      ends = places == 0
    }
    entries[index].bits |=
      UInt32(skipped) | UInt32(advance) << 21 | (ends ? 1 << 6 : 0)
  }

  /// The length and symbol of a code that is longer than the table is wide; nil where no such code
  /// begins with these 16 bits.
  func longCode(_ bits: Int) -> (length: Int, symbol: Int)? {
    for length in (Self.width + 1)...16 where bits < limits[length - 1] {
      return (length, Int(symbols[offsets[length - 1] + bits >> (16 - length)]))
    }
    return nil
  }
}
