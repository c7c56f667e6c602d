/// Formats parts of messages: alternatives, quoted external text, counts with nouns.
package enum Sentence {
  /// A list of alternatives: "a", "a or b", "a, b or c".
  package static func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }

  /// The first five of a list: "a, b, c and 7 more".
  package static func beginning(of words: [String]) -> String {
    words.prefix(5).joined(separator: ", ")
      + (words.count > 5 ? " and \(words.count - 5) more" : "")
  }

  /// External text in quotes, truncated to 200 characters, with control characters escaped.
  package static func quoted(_ text: String) -> String {
    let shown = text.count > 200 ? text.prefix(200) + "..." : Substring(text)
    return "'\(printable(String(shown)))'"
  }

  /// External text on one line, with control characters escaped.
  ///
  /// Otherwise a file name with escape sequences could move the cursor or change terminal colors.
  package static func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      result += isControl ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return result
  }

  /// A count and its noun, "1 image", "2 images"; without `plural`, an s is appended.
  package static func count(_ count: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
  }
}
