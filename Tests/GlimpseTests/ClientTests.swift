import Foundation
import Testing

/// What another package sees of the library.
@Suite struct ClientTests {
  /// The README's lines are type-checked outside this package, where `package` declarations do not
  /// exist.
  @Test func theReadmesLinesNeedOnlyThePublicLibrary() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let block = try #require(readme.components(separatedBy: "```swift\n").dropFirst().first)
    let lines = try #require(block.components(separatedBy: "```").first)
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
      }
    let output = Pipe()
    compiler.standardError = output
    try compiler.run()
    let messages = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    compiler.waitUntilExit()
    #expect(compiler.terminationStatus == 0, "\(messages)")
  }
}
