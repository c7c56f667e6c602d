import Basics

/// The layers of a Darknet network as its `.cfg` file lists them.
struct DarknetConfig: Hashable, Sendable {
  /// A section with its keys.
  struct Section: Hashable, Sendable {
    /// The word in brackets: `convolutional`.
    let kind: String
    /// The line of the word, from 1.
    let line: Int
    var values: [String: String] = [:]
  }

  /// The path of the file, for messages.
  let path: String
  /// The section [net].
  let net: Section
  /// The sections after it: layers, counted from 0.
  let layers: [Section]

  private static let mostLayers = 10_000

  static func read(_ path: String) throws(InteropError) -> DarknetConfig {
    let file = try InteropError.wrap(LoadedFile(path, limit: 1 << 24))
    return try withExtendedLifetime(file) { () throws(InteropError) in
      try DarknetConfig(text: String(decoding: file.bytes, as: UTF8.self), path: path)
    }
  }

  /// Parses the text: sections in brackets, `key = value`, comments after `#` or `;`.
  init(text: String, path: String) throws(InteropError) {
    var sections: [Section] = []
    for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let content = raw.prefix { $0 != "#" && $0 != ";" }
      let line = content.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
      let words = String(line)
      if words.isEmpty { continue }
      if words.hasPrefix("[") {
        guard words.hasSuffix("]"), sections.count < Self.mostLayers else {
          throw InteropError(
            "a section is a word in brackets, not \(printable(words))", in: path, line: index + 1)
        }
        sections.append(Section(kind: String(words.dropFirst().dropLast()), line: index + 1))
        continue
      }
      let parts = words.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !sections.isEmpty else {
        throw InteropError(
          "expected a section or key = value, found \(printable(words))", in: path,
          line: index + 1, advice: "this is not a Darknet configuration")
      }
      let trimmed = parts.map { part in String(part.filter { !$0.isWhitespace }) }
      sections[sections.count - 1].values[trimmed[0]] = trimmed[1]
    }
    guard let first = sections.first, first.kind == "net" || first.kind == "network" else {
      throw InteropError("a Darknet configuration begins with [net]", in: path)
    }
    (self.path, net, layers) = (path, first, Array(sections.dropFirst()))
  }
}

extension DarknetConfig {
  /// An integer of a section within a range.
  func integer(
    _ section: Section, _ key: String, default value: Int, in range: ClosedRange<Int> = 0...1 << 20
  ) throws(InteropError) -> Int {
    guard let text = section.values[key] else { return value }
    guard let number = Int(text), range.contains(number) else {
      throw fault(
        section,
        "\(key) is \(printable(text)); expected an integer from \(range.lowerBound) to "
          + "\(range.upperBound)")
    }
    return number
  }

  /// A number of a section.
  func number(_ section: Section, _ key: String, default value: Float) throws(InteropError) -> Float
  {
    guard let text = section.values[key] else { return value }
    guard let number = Float(text), number.isFinite else {
      throw fault(section, "\(key) is \(printable(text)); expected a number")
    }
    return number
  }

  /// The numbers of a list that is separated by commas.
  func numbers(_ section: Section, _ key: String) throws(InteropError) -> [Float] {
    guard let text = section.values[key] else { return [] }
    var result: [Float] = []
    for part in text.split(separator: ",") {
      guard let number = Float(part), number.isFinite else {
        throw fault(section, "\(key) has \(printable(String(part))); expected numbers")
      }
      result.append(number)
    }
    return result
  }

  func fault(_ section: Section, _ what: String) -> InteropError {
    InteropError("[\(printable(section.kind))]: \(what)", in: path, line: section.line)
  }
}
