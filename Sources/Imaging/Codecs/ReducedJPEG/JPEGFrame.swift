/// What the header of a plain JPEG says: one frame, sequential, Huffman-coded, 8 bits, gray or
/// YCbCr, all of it in one scan.
///
/// Nearly every camera and encoder writes such files. ITU-T T.81, annex B, has the segments.
struct JPEGFrame {
  /// A Huffman table as the file has it: codes of each length, and their symbols. Only those become
  /// tables that the scan names, for a file may hold any number of them.
  private typealias Codes = (counts: [UInt8], symbols: [UInt8])

  /// A color component and how its blocks are coded.
  struct Component {
    var identifier: UInt8
    /// Blocks per minimum coded unit, across and down; 1 x 1 where it is the only component, whatever
    /// its sampling factors (A.2.2).
    var across: Int
    var down: Int
    /// Quantization steps in zigzag order.
    var steps: [UInt16]
    var dc: HuffmanTable?
    var ac: HuffmanTable?
  }

  private(set) var width = 0
  private(set) var height = 0
  private(set) var components: [Component] = []
  /// Minimum coded units between restart markers, 0 without them.
  private(set) var restartInterval = 0
  /// Where the first byte of coded data stands.
  private(set) var dataStart = 0

  private var steps = [[UInt16]](repeating: [], count: 4)
  private var dcCodes = [Codes?](repeating: nil, count: 4)
  private var acCodes = [Codes?](repeating: nil, count: 4)
  private var stepIndices: [Int] = []
  private var isJFIF = false
  private var adobeTransform: UInt8?

  /// Reads the segments up to the coded data; nil for every other kind of JPEG and for whatever is
  /// the least out of order.
  init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
    var at = 2
    while at + 4 <= bytes.count, bytes[at] == 0xFF {
      let end = at + 2 + Self.number(bytes, at + 2)
      guard end >= at + 4, end <= bytes.count else { return nil }
      let segment = Array(bytes[(at + 4)..<end])
      let isRead: Bool
      switch bytes[at + 1] {
      case 0xC0, 0xC1: isRead = readFrame(segment)
      case 0xC4: isRead = readHuffmanTables(segment)
      case 0xDB: isRead = readSteps(segment)
      case 0xDD: isRead = readRestartInterval(segment)
      case 0xDA:
        guard readScan(segment) else { return nil }
        dataStart = end
        return
      case 0xE0...0xEF, 0xFE: isRead = noteApplication(segment, marker: bytes[at + 1])
      default: isRead = false
      }
      guard isRead else { return nil }
      at = end
    }
    return nil
  }

  private static func number(_ bytes: [UInt8], _ at: Int) -> Int {
    Int(bytes[at]) << 8 | Int(bytes[at + 1])
  }

  private mutating func readFrame(_ segment: [UInt8]) -> Bool {
    guard components.isEmpty, segment.count >= 6, segment[0] == 8 else { return false }
    height = Self.number(segment, 1)
    width = Self.number(segment, 3)
    let count = Int(segment[5])
    guard width > 0, height > 0, count == 1 || count == 3, segment.count == 6 + 3 * count else {
      return false
    }
    for at in stride(from: 6, to: segment.count, by: 3) {
      let across = Int(segment[at + 1] >> 4)
      let down = Int(segment[at + 1] & 15)
      guard (1...4).contains(across), (1...4).contains(down), segment[at + 2] < 4 else {
        return false
      }
      components.append(
        Component(
          identifier: segment[at], across: count == 1 ? 1 : across, down: count == 1 ? 1 : down,
          steps: []))
      stepIndices.append(Int(segment[at + 2]))
    }
    // More blocks are not allowed in a coded unit (B.2.3).
    return components.reduce(0) { $0 + $1.across * $1.down } <= 10
  }

  private mutating func readHuffmanTables(_ segment: [UInt8]) -> Bool {
    var rest = segment[...]
    while !rest.isEmpty {
      guard rest.count >= 17 else { return false }
      let head = rest.removeFirst()
      let counts = Array(rest.prefix(16))
      let total = counts.reduce(0) { $0 + Int($1) }
      rest = rest.dropFirst(16)
      let symbols = Array(rest.prefix(total))
      guard head & 15 < 4, head >> 4 < 2, symbols.count == total,
        head >> 4 == 1 || symbols.allSatisfy({ $0 <= 15 })
      else { return false }
      if head >> 4 == 0 {
        dcCodes[Int(head & 15)] = (counts, symbols)
      } else {
        acCodes[Int(head & 15)] = (counts, symbols)
      }
      rest = rest.dropFirst(total)
    }
    return true
  }

  private mutating func readSteps(_ segment: [UInt8]) -> Bool {
    var rest = segment[...]
    while let head = rest.popFirst() {
      let size = head >> 4 == 0 ? 1 : 2
      guard head & 15 < 4, head >> 4 < 2, rest.count >= 64 * size else { return false }
      let values = Array(rest.prefix(64 * size))
      steps[Int(head & 15)] = (0..<64).map { index in
        size == 1 ? UInt16(values[index]) : UInt16(Self.number(values, 2 * index))
      }
      rest = rest.dropFirst(64 * size)
    }
    return true
  }

  private mutating func readRestartInterval(_ segment: [UInt8]) -> Bool {
    guard segment.count == 2 else { return false }
    restartInterval = Self.number(segment, 0)
    return true
  }

  private mutating func noteApplication(_ segment: [UInt8], marker: UInt8) -> Bool {
    if marker == 0xE0, segment.count >= 14, segment.starts(with: Array("JFIF\0".utf8)) {
      guard segment[5] == 1 else { return false }  // libjpeg warns of any other version
      isJFIF = true
    }
    if marker == 0xEE, segment.count >= 12, segment.starts(with: Array("Adobe".utf8)) {
      adobeTransform = segment[11]
    }
    return true
  }

  /// Reads the scan's header and gives each component its tables.
  private mutating func readScan(_ segment: [UInt8]) -> Bool {
    let count = components.count
    guard count > 0, segment.count == 4 + 2 * count, segment[0] == count, hasKnownColors,
      segment.suffix(3).elementsEqual([0, 63, 0])
    else { return false }
    // Components that name the same table share it, also in the processor's cache.
    var dcTables = [HuffmanTable?](repeating: nil, count: 4)
    var acTables = dcTables
    func table(_ codes: Codes?, _ made: inout HuffmanTable?) -> HuffmanTable? {
      made = made ?? codes.flatMap { HuffmanTable(counts: $0.counts, symbols: $0.symbols) }
      return made
    }
    for index in components.indices {
      let tables = segment[2 + 2 * index]
      guard segment[1 + 2 * index] == components[index].identifier,
        tables >> 4 < 4, tables & 15 < 4,
        let dc = table(dcCodes[Int(tables >> 4)], &dcTables[Int(tables >> 4)]),
        let ac = table(acCodes[Int(tables & 15)], &acTables[Int(tables & 15)]),
        steps[stepIndices[index]].count == 64
      else { return false }
      components[index].dc = dc
      components[index].ac = ac
      components[index].steps = steps[stepIndices[index]]
    }
    return true
  }

  /// Whether the components are gray or YCbCr beyond doubt, by the rules that libjpeg follows too.
  private var hasKnownColors: Bool {
    if components.count == 1 || isJFIF { return true }
    if let adobeTransform { return adobeTransform == 1 }
    return components.map(\.identifier) == [1, 2, 3]
  }
}
