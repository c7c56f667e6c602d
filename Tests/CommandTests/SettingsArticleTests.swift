import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// The article on the settings of a training is generated from their declarations.
///
/// `GLIMPSE_WRITE_ARTICLES=1 swift test --filter SettingsArticleTests` writes it anew.
@Suite struct SettingsArticleTests {
  private static var article: String {
    var text = """
      # Training settings

      The settings of `glimpse train`, with their names in `config.json`.

      ## Overview

      The option of a setting is its name with dashes: `hsv_h` is `--hsv-h`. A run folder holds all settings in
      `config.json`; `--config` starts from such a file, in which every setting may be left out. Options
      override the file wherever they stand. Values outside the ranges are refused before anything is read.

      """
    for (group, knobs) in Knob.sections {
      text +=
        "\n### \(group.rawValue)\n\n| setting | values | default | meaning |\n|---|---|---|---|\n"
      for knob in knobs {
        let values =
          knob.range.isEmpty ? knob.unit ?? "true, false" : knob.range.joined(separator: ", ")
        let value = knob.unit == nil ? "false" : knob.defaultText ?? ""
        text += "| `\(knob.name)` | \(values) | \(value) | \(knob.help) |\n"
      }
    }
    return text
  }

  @Test func theArticleFollowsTheDeclarations() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Sources/Glimpse/Glimpse.docc/Settings.md")
    if ProcessInfo.processInfo.environment["GLIMPSE_WRITE_ARTICLES"] != nil {
      try Data(Self.article.utf8).write(to: file)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == Self.article)
  }
}
