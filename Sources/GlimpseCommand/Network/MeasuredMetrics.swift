import Glimpse

/// The metrics of weights on a dataset, in the metadata of a weights file: what `evaluate --json`
/// prints, without what describes the run.
struct MeasuredMetrics {
  /// The key in the metadata.
  static let key = "metrics"

  private let content: JSONValue

  private static let facts = ["data", "split", "images", "imgsz", "metrics", "classes"]
  private static let totals = ["AP", "AP50", "dice", "miou", "object_f1_50"]
  private static let ofClass = ["ground_truth", "AP50", "AP", "dice", "iou"]

  /// Reads a file with the JSON line of `evaluate`.
  ///
  /// - Throws: `CommandError` if it cannot be read or holds no metrics of classes.
  init(evaluation path: String) throws(CommandError) {
    let bytes = try CommandError.wrap(FileContents.read(path, limit: 1 << 30)).bytes
    let line: JSONValue
    do throws(JSONFault) { line = try JSONValue(parsing: bytes) } catch {
      throw CommandError("\(path): \(error.message) (byte \(error.offset))")
    }
    guard let metrics = line["metrics"], !metrics.members.isEmpty, case .array? = line["classes"]
    else {
      throw CommandError(
        "\(path): the line that 'glimpse evaluate --data ... --json' prints is expected, and it has no "
          + "metrics of classes")
    }
    content = .object(
      line.members.filter { Self.facts.contains($0.key) }.map { member in
        let value: JSONValue =
          switch (member.key, member.value) {
          case ("data", .string(let path)): .string(FilePath.name(FilePath.normalized(path)))
          case ("metrics", let metrics): metrics.only(Self.totals)
          case ("classes", .array(let classes)):
            .array(classes.map { $0.only(["name"] + Self.ofClass) })
          default: member.value
          }
        return JSONMember(key: member.key, value: value)
      })
  }

  /// The metrics in the metadata of a weights file; nil if it has none.
  init?(metadata: [String: String]) {
    guard let text = metadata[Self.key], let value = try? JSONValue(parsing: Array(text.utf8))
    else { return nil }
    content = value
  }

  /// The text for the metadata.
  var text: String { content.line }
  var json: JSONValue { content }

  /// A row for each class, and the metrics of all.
  var table: String {
    guard case .array(let classes)? = content["classes"] else { return "" }
    let columns = Self.ofClass.filter { key in classes.contains { $0[key]?.double != nil } }
    var table = Table(
      [.words("class")] + columns.map { .numbers($0.replacing("_", with: " ")) })
    for entry in classes {
      guard case .string(let name)? = entry["name"] else { continue }
      table.add(
        [.text(name)]
          + columns.map { key in
            switch entry[key] {
            case .integer(let count)?: .integer(count)
            case let value: value?.double.map { .number($0, digits: 3) } ?? .missing
            }
          })
    }
    let totals = (content["metrics"]?.members ?? []).compactMap { member in
      member.value.double.map { "\(member.key) \(NumberFormat.fixed($0, 3))" }
    }
    return table.text + "measured on \(text(of: "data")), split \(text(of: "split")), "
      + "\(text(of: "images")) images: \(totals.joined(separator: ", "))\n"
  }

  private func text(of key: String) -> String {
    switch content[key] {
    case .string(let text)?: Sentence.printable(text)
    case .integer(let number)?: "\(number)"
    default: "-"
    }
  }
}

extension JSONValue {
  /// The members with some keys, fractions rounded to four digits.
  fileprivate func only(_ keys: [String]) -> JSONValue {
    .object(
      members.filter { keys.contains($0.key) }.map { member in
        guard case .number(let number) = member.value else { return member }
        return JSONMember(key: member.key, value: .number((number * 10000).rounded() / 10000))
      })
  }

  fileprivate var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
