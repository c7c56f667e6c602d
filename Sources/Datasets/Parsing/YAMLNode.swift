/// A YAML value and the line at which it begins.
struct YAMLNode: Hashable {
  enum Content: Hashable {
    /// Text as written; `isQuoted` distinguishes "null" from null.
    case scalar(String, isQuoted: Bool)
    case sequence([YAMLNode])
    /// The entries in the order of the file; keys are unique.
    case mapping([Entry])
  }

  struct Entry: Hashable {
    var key: String
    var value: YAMLNode
  }

  var content: Content
  /// Counted from 1.
  var line: Int

  /// The text of a scalar as written, even if it is null.
  var written: String? {
    guard case .scalar(let text, _) = content else { return nil }
    return text
  }

  /// The text of a scalar; nil if it is null.
  var text: String? { isNull ? nil : written }

  /// Whether the value is an unquoted scalar that is empty, `~` or `null`.
  var isNull: Bool {
    guard case .scalar(let text, isQuoted: false) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  var elements: [YAMLNode]? {
    guard case .sequence(let elements) = content else { return nil }
    return elements
  }

  var entries: [Entry]? {
    guard case .mapping(let entries) = content else { return nil }
    return entries
  }

  /// The kind of value, for messages.
  var kind: String {
    switch content {
    case .scalar: isNull ? "nothing" : "a single value"
    case .sequence: "a list"
    case .mapping: "a map"
    }
  }

  /// The value of a mapping's key; nil if it is missing or null.
  subscript(key: String) -> YAMLNode? {
    guard let value = entries?.first(where: { $0.key == key })?.value, !value.isNull else {
      return nil
    }
    return value
  }
}
