import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// Every line with the program in the README, the articles and the examples of the help is a command line
/// that the program accepts.
@Suite struct DocumentedCommandsTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("../..").standardized.path

  private static let pages: [String] = {
    let articles = root + "/Sources/Glimpse/Glimpse.docc"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: articles)) ?? []
    return ["README.md", "Weights/README.md"].map { "\(root)/\($0)" }
      + names.filter { $0.hasSuffix(".md") }.sorted().map { "\(articles)/\($0)" }
  }()

  /// The words of a shell line up to a pipe, a redirection or a comment.
  static func words(of line: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word?.append(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if "|;&><)".contains(character) || character == "#" && word == nil {
        break
      } else if character.isWhitespace {
        if let ended = word { words.append(ended) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    return words + [word].compactMap(\.self)
  }

  /// The arguments of each use of the program in code blocks.
  static func commands(in text: String) -> [[String]] {
    var commands: [[String]] = []
    var isCode = false
    for line in text.replacing("\\\n", with: " ").split(separator: "\n") {
      if line.hasPrefix("```") {
        isCode = line != "```" ? line == "```sh" : false
        continue
      }
      guard isCode || line.hasPrefix("    glimpse ") else { continue }
      for part in line.split(separator: /\||&&|;|\(/) {
        let words = words(of: String(part))
        if words.first == "glimpse" { commands.append(Array(words.dropFirst())) }
      }
    }
    return commands
  }

  private func parse<C: Command>(_ type: C.Type, _ words: [String]) throws {
    _ = try ArgumentParser<C>.parse(words)
  }

  private func check(_ words: [String], _ place: String) {
    guard let name = words.first, !["help", "--version", "version"].contains(name) else { return }
    guard let command = CommandList.all.first(where: { $0.name == name }) else {
      Issue.record("\(place): there is no command \(name)")
      return
    }
    do {
      // Placeholders stand for values of any kind, and --resume reads the run that it names.
      let isPattern = words.contains { ["...", "N", "COMMAND", "--resume"].contains($0) }
      if !isPattern { try parse(command, Array(words.dropFirst())) }
    } catch {
      Issue.record("\(place): glimpse \(words.joined(separator: " ")): \(error)")
    }
  }

  @Test func everyDocumentedCommandIsAccepted() throws {
    var count = 0
    for page in Self.pages {
      let text = try String(contentsOfFile: page, encoding: .utf8)
      for words in Self.commands(in: text) {
        check(words, (page as NSString).lastPathComponent)
        count += 1
      }
    }
    #expect(count > 60, "only \(count) commands were found")
    for command in CommandList.all {
      for (line, _) in command.examples {
        for part in line.split(separator: /\||&&/) {
          let words = Self.words(of: String(part))
          if words.first == "glimpse" { check(Array(words.dropFirst()), "\(command.name) --help") }
        }
      }
    }
  }

  @Test func linesAreDividedAsTheShellDoes() {
    #expect(
      Self.words(of: "glimpse detect 'a b' \"c\" --conf 0.4 > x.json") == [
        "glimpse", "detect", "a b", "c", "--conf", "0.4",
      ])
    #expect(
      Self.commands(in: "```sh\nx | glimpse detect - # a\nglimpse a && glimpse b\n```\nglimpse c")
        == [["detect", "-"], ["a"], ["b"]])
  }
}
