import Foundation
import Testing

/// What another package sees of the library.
@Suite struct ClientTests {
  /// Examples are type-checked outside this package, where `package` declarations do not exist.
  @Test(arguments: ["README.md", "Glimpse.md", "Reports.md"])
  func examplesNeedOnlyThePublicLibrary(article: String) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let folder = article == "README.md" ? "" : "Sources/Glimpse/Glimpse.docc/"
    let text = try String(contentsOf: root.appending(path: folder + article), encoding: .utf8)
    let blocks = text.components(separatedBy: "```swift\n").dropFirst()
    let lines = blocks.compactMap { $0.components(separatedBy: "```").first }.joined()
    try #require(lines.contains("import Glimpse"))
    let source = FileManager.default.temporaryDirectory
      .appending(path: "glimpse-client-\(UUID().uuidString).swift")
    try lines.write(to: source, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: source) }

    // The folder of the test program holds the modules that it was linked with.
    let program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let build = program.deletingLastPathComponent()
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments =
      ["swiftc", "-typecheck", "-swift-version", "6", "-I", build.path + "/Modules", source.path]
      + ["CGlimpseKernels", "CGlimpseCodecs", "CGlimpseWeights"].flatMap { module in
        [
          "-Xcc", "-fmodule-map-file=\(build.path)/\(module).build/module.modulemap",
          "-Xcc", "-I\(root.path)/Sources/\(module)/include",
        ]
      } + ["-Xcc", "-fmodule-map-file=\(root.path)/Sources/CZLIB/module.modulemap"]
    let output = Pipe()
    compiler.standardError = output
    try compiler.run()
    let messages = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    compiler.waitUntilExit()
    #expect(compiler.terminationStatus == 0, "\(messages)")
  }
}
