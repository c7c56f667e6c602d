import Testing

/// The check of the folders' floors, on sources written for it.
@Suite struct FolderFloorsTests {
  private func file(_ path: String, _ text: String) -> SourceTree.File {
    SourceTree.File(path: path, text: text)
  }

  @Test func aCircleOfFoldersIsFound() {
    let files = [
      file("Sources/M/A/One.swift", "struct One { let two: Two }"),
      file("Sources/M/B/Two.swift", "enum Two { case none, some(Three) }"),
      file("Sources/M/C/Three.swift", "final class Three { func f() -> One? { nil } }"),
      file("Sources/M/D/Four.swift", "struct Four { let one: One }"),
    ]
    let references = FolderFloors.references(in: files)
    #expect(references["Sources/M/D"] == ["Sources/M/A"])
    #expect(
      FolderFloors.circles(references) == [["Sources/M/A", "Sources/M/B", "Sources/M/C"]])
  }

  @Test func whatRefersOneWayIsNoCircle() {
    let files = [
      file("Sources/M/A/One.swift", "struct One {}"),
      file("Sources/M/B/Two.swift", "struct Two { let a: One; let b: [One] }"),
      file("Sources/M/Top.swift", "struct Top { let two: Two, one: One }"),
    ]
    #expect(FolderFloors.circles(FolderFloors.references(in: files)) == [])
  }

  /// Comments, strings, members of other types, names with two owners and other modules.
  @Test(arguments: [
    "// One", "/* One */", "let a = \"One\"", "let a = \"\"\"\n  One\n  \"\"\"",
    "let a = Other.One()",
    "let a = Both()", "let a = Far()",
  ])
  func otherMentionsDoNotCount(source: String) {
    let files = [
      file("Sources/M/A/One.swift", "struct One { let two: Two }\nstruct Both {}"),
      file("Sources/M/B/Two.swift", "struct Two {}\nstruct Other {}\n" + source),
      file("Sources/M/B/Both.swift", "extension Two { struct Both {} }"),
      file("Sources/N/Far.swift", "struct Far {}"),
    ]
    let references = FolderFloors.references(in: files)
    #expect(references == ["Sources/M/A": ["Sources/M/B"]])
  }
}
