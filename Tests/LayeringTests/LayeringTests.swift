import Testing

/// The tree against the rules; each list below is empty, or tells what to change.
@Suite struct LayeringTests {
  @Test func modulesImportOnlyFromRowsBelowThem() throws {
    let files = try SourceTree.sources(under: "Sources")
    let violations = files.flatMap { file in
      file.ending == "swift"
        ? SourceCheck.violations(inSwift: file.text, module: file.module, file: file.path)
        : SourceCheck.violations(inC: file.text, module: file.module, file: file.path)
    }
    #expect(violations == [])
    // An empty tree would pass everything: every module of the table must have been read.
    #expect(Set(files.map(\.module)) == Set(ModuleTable.allowed.keys))
  }

  @Test func referencesBetweenFoldersOfAModuleRunOneWay() throws {
    let files = try SourceTree.sources(under: "Sources").filter { $0.ending == "swift" }
    let references = FolderFloors.references(in: files)
    #expect(!references.isEmpty)
    #expect(FolderFloors.circles(references) == [])
  }

  @Test func theManifestHasNoPackagesAndNoUnsafeFlags() throws {
    let manifest = try SourceTree.text(of: "Package.swift")
    #expect(SourceCheck.violations(inManifest: manifest) == [])
    #expect(manifest.contains("targets:"))
  }

  @Test func filesAreShort() throws {
    let files = try SourceTree.sources(under: "Sources") + SourceTree.sources(under: "Tests")
    let violations = files.flatMap {
      SourceCheck.violations(inLengthOf: $0.text, file: $0.path)
    }
    #expect(violations == [])
  }

  @Test func theTopLevelHoldsNothingElse() throws {
    let ignored = try SourceTree.text(of: ".gitignore").split(separator: "\n").map(String.init)
    let names = try SourceTree.topLevelNames()
    #expect(SourceCheck.violations(inTopLevel: names, ignored: ignored) == [])
    #expect(names.contains("Package.swift"))
  }
}
