/// Finds the known word that a misspelled word probably meant.
package enum Nearest {
  /// The known word closest to `word`, compared without case; nil if none is close.
  ///
  /// Words are close if one is a prefix of the other, or if the edit distance is at most a third of
  /// the length, clamped to 1...3. Of equally close words the first is returned.
  package static func match(for word: String, among known: [String]) -> String? {
    let word = word.lowercased()
    guard word.count > 1 else { return nil }
    let bound = min(max(word.count / 3, 1), 3)
    let ranked = known.map { (word: $0, distance: distance(Array(word), Array($0))) }
    if let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= bound {
      return best.word
    }
    return known.first {
      $0.count > 2 && word.count > 2 && ($0.hasPrefix(word) || word.hasPrefix($0))
    }
  }

  /// A suffix for messages, "; did you mean --conf?"; empty if no known word is close.
  package static func suggestion(for word: String, among known: [String], prefix: String = "")
    -> String
  {
    match(for: word, among: known).map { "; did you mean \(prefix)\($0)?" } ?? ""
  }

  /// The restricted Damerau-Levenshtein distance (optimal string alignment): the number of
  /// insertions, deletions, substitutions and transpositions of adjacent characters.
  package static func distance(_ a: [Character], _ b: [Character]) -> Int {
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i] + [Int](repeating: 0, count: b.count)
      for j in 1...b.count {
        let replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        row[j] = min(replaced, last[j] + 1, row[j - 1] + 1)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          row[j] = min(row[j], beforeLast[j - 2] + 1)
        }
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
