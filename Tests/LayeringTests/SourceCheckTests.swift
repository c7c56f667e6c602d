import Testing

/// The checker itself, on made-up sources: what it must find and what it must leave alone.
@Suite struct SourceCheckTests {
  @Test func importsAreReadInEveryForm() {
    let source = """
      // import Comment
      import Engine
      @_exported import Imaging
      @testable @preconcurrency import Networks
      internal import struct Foundation.URL
      /* import Inside
         /* import Nested */
         import Comment */ import Datasets
      import Evaluation; import Training  // import Tail
      #if canImport(Glibc)
        import Glibc
      #endif
      let importance = 1
      """
    let imports = SourceCheck.imports(in: source)
    #expect(
      imports.map(\.module) == [
        "Engine", "Imaging", "Networks", "Foundation", "Datasets", "Evaluation", "Training",
        "Glibc",
      ])
    #expect(imports.map(\.line) == [2, 3, 4, 5, 8, 9, 9, 11])
    #expect(imports[2].attributes == ["@testable", "@preconcurrency"])
  }

  @Test func textOfSeveralLinesIsNoImport() {
    let quotes = "\"\"\""
    let source = "let help = \(quotes)\nimport Training\n\(quotes)\nimport Engine\n"
    #expect(SourceCheck.imports(in: source).map(\.module) == ["Engine"])
  }

  @Test func aCommentInsideAStringIsNone() {
    let source = #"""
      let pattern = "images/*", quote = "\"/*"
      import Engine
      """#
    #expect(SourceCheck.imports(in: source).map(\.module) == ["Engine"])
  }

  @Test(arguments: [
    // A row reaching up.
    ("Imaging", "import Networks"),
    ("Engine", "import Glimpse"),
    // Neighbors in a row.
    ("Engine", "import Imaging"),
    ("Evaluation", "import Datasets"),
    // Reachable through another target, but not declared.
    ("Evaluation", "import Engine"),
    ("Networks", "import CGlimpseKernels"),
    ("GlimpseCommand", "import Engine"),
    // Not of the toolchain.
    ("Training", "import ArgumentParser"),
    // Hidden behind a kind, a semicolon, an access level.
    ("Imaging", "import struct Engine.Tensor"),
    ("Imaging", "import Foundation; import Engine"),
    ("Imaging", "private import Engine"),
    // Attributes that have no place there.
    ("Networks", "@testable import Engine"),
    ("Networks", "@_exported import Engine"),
    ("Networks", "public import Engine"),
    // A module that nobody entered in the table.
    ("Extras", "import Foundation"),
  ])
  func aForbiddenImportIsFound(module: String, source: String) {
    let violations = SourceCheck.violations(inSwift: source, module: module, file: "File.swift")
    #expect(violations.count == 1)
    #expect(violations.allSatisfy { $0.hasPrefix("File.swift") })
  }

  @Test(arguments: [
    ("Engine", "import CGlimpseKernels\nimport Synchronization"),
    ("Imaging", "import CGlimpseCodecs\nimport Foundation"),
    ("Datasets", "import Imaging\nimport FoundationXML"),
    ("Training", "import Evaluation\nimport Networks"),
    ("Glimpse", "@_exported import Training"),
    ("GlimpseCommand", "import Glimpse\nimport Foundation"),
  ])
  func anAllowedImportIsLeftAlone(module: String, source: String) {
    #expect(SourceCheck.violations(inSwift: source, module: module, file: "File.swift") == [])
  }

  @Test func includesStayInTheirModule() {
    let source = "#include <stdio.h>\n#  include <png.h>\n#include \"include/glimpse_kernels.h\"\n"
    #expect(
      SourceCheck.violations(inC: source, module: "CGlimpseKernels", file: "a.c")
        == ["a.c:2: png.h is for CGlimpseCodecs and CPNG alone, not for CGlimpseKernels"])
    #expect(
      SourceCheck.violations(inC: source, module: "CGlimpseCodecs", file: "a.c")
        == ["a.c:3: glimpse_kernels.h is for CGlimpseKernels alone, not for CGlimpseCodecs"])
  }

  @Test func aLongFileIsFound() {
    let line = "let x = 1\n"
    let longest = String(repeating: line, count: ModuleTable.longestFile)
    #expect(SourceCheck.violations(inLengthOf: longest, file: "Long.swift") == [])
    #expect(
      SourceCheck.violations(inLengthOf: longest + line, file: "Long.swift")
        == ["Long.swift: 401 lines, and 400 is the most: cut it"])
  }

  @Test func dependenciesAndUnsafeFlagsAreFound() {
    let manifest = """
      let package = Package(
        // .package(url: "https://example.org/old")
        dependencies: [. package (url: "https://example.org/x", from: "1.0.0")],
        targets: [.target(name: "A", cSettings: [.unsafeFlags(["-O3"])])])
      """
    #expect(
      SourceCheck.violations(inManifest: manifest)
        == ["Package.swift:3: a package dependency", "Package.swift:4: unsafe flags"])
  }

  @Test func strayNamesAtTheTopAreFound() {
    let names = ["Sources", ".ci", "runs", "notes.md", "Old.xcodeproj", "Package.swift", "docs"]
    #expect(
      SourceCheck.violations(inTopLevel: names, ignored: ["runs/", "*.xcodeproj", ""])
        == ["docs", "notes.md"])
  }
}
