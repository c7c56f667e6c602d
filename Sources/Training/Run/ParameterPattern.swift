import Basics
import Engine
import Foundation
import Networks

/// A pattern over the dotted names of parameters, such as `backbone` or `*.norm?`.
///
/// `*` matches any characters, dots included, and `?` exactly one. A pattern that matches a scope
/// matches all parameters in it.
struct ParameterPattern {
  private let characters: [Character]

  init(_ text: some StringProtocol) { characters = Array(text) }

  /// The patterns of a list separated by commas.
  static func list(_ text: String) -> [ParameterPattern] {
    text.split(separator: ",").map { ParameterPattern($0.trimmingCharacters(in: .whitespaces)) }
      .filter { !$0.characters.isEmpty }
  }

  var text: String { String(characters) }

  /// Whether the pattern matches a name or a scope that contains it.
  func matches(_ name: String) -> Bool {
    let name = Array(name)
    // The prefixes of the name, by length, that the pattern so far matches.
    var matched = [Bool](repeating: false, count: name.count + 1)
    matched[0] = true
    for character in characters {
      var next = [Bool](repeating: false, count: name.count + 1)
      for length in 0...name.count {
        if character == "*" {
          next[length] = matched[length] || length > 0 && next[length - 1]
        } else if length > 0, character == "?" || character == name[length - 1] {
          next[length] = matched[length - 1]
        }
      }
      matched = next
    }
    return matched.indices.contains {
      matched[$0] && ($0 == name.count || $0 > 0 && name[$0] == ".")
    }
  }
}

extension Model {
  /// The same network with the parameters that any pattern of a list matches frozen.
  ///
  /// - Parameter patterns: Separated by commas; nil for none.
  /// - Throws: `TrainingError` (`invalid`) for a pattern that matches no learned parameter, and if
  ///   nothing is left to train.
  func freezing(_ patterns: String?) throws(TrainingError) -> Model {
    guard let patterns else { return self }
    let layout = graph.parameterLayout
    let learned = layout.entries.filter { $0.declaration.kind != .statistic }.map(\.name)
    var frozen: Set<String> = []
    for pattern in ParameterPattern.list(patterns) {
      let names = learned.filter(pattern.matches)
      guard !names.isEmpty else {
        var scopes: [String] = []
        for name in learned {
          let scope = String(name.prefix { $0 != "." })
          if !scopes.contains(scope) { scopes.append(scope) }
        }
        throw TrainingError(
          .invalid,
          "freeze: no parameter of \(description.name) matches \(Sentence.quoted(pattern.text)); its "
            + "top-level scopes are \(scopes.joined(separator: ", "))")
      }
      frozen.formUnion(names)
    }
    guard frozen.count < learned.count else {
      throw TrainingError(
        .invalid,
        "freeze: \(Sentence.quoted(patterns)) matches every parameter: none is left to train")
    }
    return frozen.isEmpty ? self : freezing(frozen)
  }
}
