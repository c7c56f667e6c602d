extension JSONScanner {
  /// Reads the next number, rounded to the nearest double; throws if it is too large.
  ///
  /// - Parameter what: The value's meaning, for the message if it is not a number.
  package mutating func number(_ what: StaticString = "a number") throws(JSONFault) -> Double {
    skipSpace()
    let start = position
    var place = position
    let isNegative = place < bytes.count && bytes[place] == UInt8(ascii: "-")
    if isNegative { place += 1 }
    var mantissa: UInt64 = 0
    var exponent = 0
    /// Whether the number has more digits than the mantissa can hold.
    var isCut = false
    let firstDigit = place
    while place < bytes.count, let digit = Self.digit(bytes[place]) {
      isCut = isCut || mantissa > 999_999_999_999_999_999
      if !isCut { mantissa = mantissa * 10 + digit }
      place += 1
    }
    guard place > firstDigit else {
      return try quoted(what) { (text) throws(JSONFault) in try text.number() }
    }
    if place > firstDigit + 1, bytes[firstDigit] == UInt8(ascii: "0") {
      throw JSONFault("a number has a leading 0", at: start)
    }
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      place += 1
      let firstPlace = place
      while place < bytes.count, let digit = Self.digit(bytes[place]) {
        isCut = isCut || mantissa > 999_999_999_999_999_999
        if !isCut { mantissa = mantissa * 10 + digit }
        place += 1
      }
      exponent = firstPlace - place
      guard place > firstPlace else {
        throw JSONFault("a digit is expected after the decimal point", at: place)
      }
    }
    if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      let isDown = place < bytes.count && bytes[place] == UInt8(ascii: "-")
      if isDown || place < bytes.count && bytes[place] == UInt8(ascii: "+") { place += 1 }
      let firstPlace = place
      var power = 0
      while place < bytes.count, let digit = Self.digit(bytes[place]) {
        power = min(power * 10 + Int(digit), 100_000)
        place += 1
      }
      guard place > firstPlace else {
        throw JSONFault("a digit is expected in the exponent", at: place)
      }
      exponent += isDown ? -power : power
    }
    position = place
    if !isCut, let value = JSONNumber.value(mantissa: mantissa, exponent: exponent) {
      return isNegative ? -value : value
    }
    return try slowNumber(from: start)
  }

  @inline(__always)
  private static func digit(_ byte: UInt8) -> UInt64? {
    let value = byte &- UInt8(ascii: "0")
    return value < 10 ? UInt64(value) : nil
  }

  /// Parses the number from `start` to the current position with the standard library.
  private func slowNumber(from start: Int) throws(JSONFault) -> Double {
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Double(text), value.isFinite else {
      throw JSONFault("the number \(text.prefix(40)) is too large", at: start)
    }
    return value
  }

  /// Reads an integer of 64 bits. With a decimal point or an exponent, it is at most 2⁵³ in
  /// absolute value, up to which doubles are exact.
  package mutating func integer(_ what: StaticString) throws(JSONFault) -> Int {
    skipSpace()
    let start = position
    var place = position
    let isNegative = place < bytes.count && bytes[place] == UInt8(ascii: "-")
    if isNegative { place += 1 }
    let firstDigit = place
    var value: Int? = 0
    while place < bytes.count, let digit = Self.digit(bytes[place]) {
      value = value.flatMap { Self.appending(isNegative ? -Int(digit) : Int(digit), to: $0) }
      place += 1
    }
    let isPlain =
      place == bytes.count
      || bytes[place] != UInt8(ascii: ".") && bytes[place] | 0x20 != UInt8(ascii: "e")
    guard place > firstDigit else {
      return try quoted(what) { (text) throws(JSONFault) in try text.integer("a number") }
    }
    let hasLeadingZero = place > firstDigit + 1 && bytes[firstDigit] == UInt8(ascii: "0")
    guard hasLeadingZero || !isPlain else {
      guard let value else {
        let digits = String(decoding: bytes[start..<min(place, start + 40)], as: UTF8.self)
        throw JSONFault("\(what) is \(digits), beyond the range of 64-bit integers", at: start)
      }
      position = place
      return value
    }
    return try roundNumber(what)
  }

  /// `10 * value + digit`, or nil beyond the range of 64 bits.
  @inline(__always)
  private static func appending(_ digit: Int, to value: Int) -> Int? {
    let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
    let (sum, isBeyond) = tens.addingReportingOverflow(digit)
    return overflows || isBeyond ? nil : sum
  }

  /// Reads a number that is an integer, such as 5.0 or 1e3.
  private mutating func roundNumber(_ what: StaticString) throws(JSONFault) -> Int {
    let start = position
    let value = try number(what)
    guard value == value.rounded(), abs(value) <= 9_007_199_254_740_992 else {
      throw JSONFault("\(what) is expected to be a whole number, but is \(value)", at: start)
    }
    return Int(value)
  }

  /// Reads a number in quotes, as some tools write them; throws if the next value is anything else.
  private mutating func quoted<Number>(
    _ what: StaticString, _ read: (inout JSONScanner) throws(JSONFault) -> Number
  ) throws(JSONFault) -> Number {
    let start = position
    if peek() == UInt8(ascii: "\"") {
      var inner = JSONScanner(bytes(of: try text()))
      if let number = try? read(&inner), inner.isAtEnd() { return number }
      position = start
    }
    throw unexpected("\(what)")
  }
}
