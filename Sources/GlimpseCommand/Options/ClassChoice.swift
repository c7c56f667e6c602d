import Glimpse

/// Resolves the classes of `--classes` to class indices of a model or a dataset.
enum ClassChoice {
  /// Whose classes they are, for messages.
  enum Owner {
    case weights
    case dataset
  }

  /// The indices of classes given by case-insensitive name or by index; nil if none is given.
  ///
  /// Throws a usage error for an unknown class. A class named "7" takes precedence over the index
  /// 7.
  static func indices(
    _ words: [String], among names: [String], of owner: Owner = .weights,
    option: String = "--classes"
  ) throws(CommandError) -> Set<Int>? {
    guard !words.isEmpty else { return nil }
    var chosen: Set<Int> = []
    for word in words { chosen.insert(try index(word, among: names, owner, option)) }
    return chosen
  }

  private static func index(
    _ word: String, among names: [String], _ owner: Owner, _ option: String
  ) throws(CommandError) -> Int {
    let close = names.firstIndex { $0.lowercased() == word.lowercased() }
    if let named = names.firstIndex(of: word) ?? close { return named }
    if let index = Int(word) {
      guard names.indices.contains(index) else {
        throw .usage(
          "\(option) takes indices from 0 to \(names.count - 1) with "
            + (owner == .weights ? "these weights" : "this dataset") + ", not \(index)")
      }
      return index
    }
    let hint = Nearest.suggestion(for: word, among: names)
    guard owner == .weights else {
      throw .usage(
        "\(option): the dataset has no class \(Sentence.quoted(word))"
          + (hint.isEmpty ? "; 'glimpse check' lists its classes" : hint))
    }
    throw .usage(
      "these weights have no class \(Sentence.quoted(word))"
        + (hint.isEmpty ? "; 'glimpse info --weights <file>' lists their classes" : hint))
  }
}
