/// A TIFF file, or the TIFF block of EXIF data: its byte order and its chain of directories.
///
/// Every place and count is checked. Source: TIFF revision 6.0 (Adobe, 1992), section 2.
struct TIFFFile {
  let integers: FileIntegers
  /// Whether places have 64 bits, as in files above 4 GB.
  let isBigTIFF: Bool
  /// The place of the first directory.
  let first: Int

  /// Nil if the bytes do not begin as a TIFF file.
  init?(_ storage: FileIntegers.Storage) {
    let mark = FileIntegers(storage, isLittleEndian: true).integer(at: 0, size: 2)
    integers = FileIntegers(storage, isLittleEndian: mark == 0x4949)  // "II"
    guard mark == 0x4949 || mark == 0x4D4D,  // "MM"
      let version = integers.integer(at: 2, size: 2), version == 42 || version == 43,
      let first = integers.integer(at: 4, size: 4)
    else { return nil }
    isBigTIFF = version == 43
    self.first = first
  }

  /// The places of the directories, one per page, in their order.
  ///
  /// The chain ends at a place outside of the file, at a directory that was there before, and after
  /// `limit` pages.
  func pages(limit: Int) -> [Int] {
    var places: [Int] = []
    var seen: Set<Int> = []
    var next = first
    while places.count < limit, next != 0, seen.insert(next).inserted,
      let entries = integers.integer(at: next, size: 2)
    {
      places.append(next)
      next = integers.integer(at: next + 2 + 12 * entries, size: 4) ?? 0
    }
    return places
  }
}

/// A directory of a TIFF file: the properties of a page, by tag.
struct TIFFDirectory {
  /// The tags that are read, by their numbers.
  enum Tag: Int {
    case imageWidth = 256
    case imageLength = 257
    case bitsPerSample = 258
    case compression = 259
    case photometricInterpretation = 262
    case fillOrder = 266
    case stripOffsets = 273
    case orientation = 274
    case samplesPerPixel = 277
    case rowsPerStrip = 278
    case stripByteCounts = 279
    case planarConfiguration = 284
    case predictor = 317
    case colorMap = 320
    case tileWidth = 322
    case tileLength = 323
    case tileOffsets = 324
    case tileByteCounts = 325
    case extraSamples = 338
    case sampleFormat = 339
  }

  private struct Entry {
    let type: Int
    let count: Int
    /// The place of the values, or of their place.
    let place: Int
  }

  private let integers: FileIntegers
  private var entries: [Int: Entry] = [:]
  /// Whether all entries lie within the file.
  let isWhole: Bool

  /// Reads the entries of a directory as far as they go.
  init(at place: Int, in file: TIFFFile) {
    integers = file.integers
    let count = integers.integer(at: place, size: 2)
    var read = 0
    while read < count ?? 0 {
      let at = place + 2 + 12 * read
      guard let tag = integers.integer(at: at, size: 2),
        let type = integers.integer(at: at + 2, size: 2),
        let values = integers.integer(at: at + 4, size: 4)
      else { break }
      if entries[tag] == nil { entries[tag] = Entry(type: type, count: values, place: at + 8) }
      read += 1
    }
    isWhole = read == count
  }

  /// The values of a tag, of type BYTE, SHORT or LONG; nil if the page does not have it.
  func values(_ tag: Tag) throws(CodecFault) -> [Int]? {
    guard let entry = entries[tag.rawValue] else { return nil }
    guard let size = [1: 1, 3: 2, 4: 4][entry.type], entry.count > 0 else {
      throw .corrupt("its \(tag) is no list of integers")
    }
    let total = size * entry.count  // below 2^35
    let place = total <= 4 ? entry.place : integers.integer(at: entry.place, size: 4)
    guard let place, place + total <= integers.count else {
      throw .endsEarly("its \(tag) lies beyond its end")
    }
    return (0..<entry.count).compactMap { integers.integer(at: place + size * $0, size: size) }
  }

  /// The value of a tag that has one; nil if the page does not have the tag.
  func value(_ tag: Tag) throws(CodecFault) -> Int? {
    try values(tag)?.first
  }

  /// The orientation; nil if there is no valid one.
  var orientation: Orientation? {
    guard let entry = entries[Tag.orientation.rawValue], entry.count == 1 else { return nil }
    // SHORT by the standard; some programs write LONG.
    let size = entry.type == 3 ? 2 : entry.type == 4 ? 4 : 0
    guard size > 0, let value = integers.integer(at: entry.place, size: size) else { return nil }
    return Orientation(rawValue: value)
  }
}
