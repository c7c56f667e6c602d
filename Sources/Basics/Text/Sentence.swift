/// Parts of messages: lists, quoted text from outside, counts with their nouns.
package enum Sentence {
  /// "a", "a or b", "a, b or c".
  package static func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }

  /// Text from outside in quotes, cut to a readable length, control characters escaped.
  package static func quoted(_ text: String) -> String {
    let shown = text.count > 200 ? text.prefix(200) + "..." : Substring(text)
    return "'\(printable(String(shown)))'"
  }

  /// Text from outside on one line, control characters escaped.
  ///
  /// A file name with escape codes would otherwise move the cursor or color the terminal.
  package static func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      result += isControl ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return result
  }

  /// "1 image", "2 images": a count and its noun, whose plural ends in s if it is not given.
  package static func count(_ count: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
  }
}
