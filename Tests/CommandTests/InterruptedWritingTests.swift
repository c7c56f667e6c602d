import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// Commands that write datasets leave nothing behind when they are interrupted.
@Suite struct InterruptedWritingTests {
  private let folder: TemporaryFolder

  /// Links to one image, as transfers of many files take long enough for a signal.
  init() throws {
    folder = try TemporaryFolder()
    try Fixtures.writeImage(to: "\(folder.path)/a.png", seed: 1)
    let image = try #require(FileManager.default.contents(atPath: "\(folder.path)/a.png"))
    for number in 0..<800 {
      try folder.write("set/labels/train/\(number).txt", "0 .5 .5 .4 .4\n")
      let path = "\(folder.path)/set/images/train/\(number).png"
      if number == 0 {
        try FileManager.default.createDirectory(
          atPath: "\(folder.path)/set/images/train", withIntermediateDirectories: true)
      }
      try image.write(to: URL(fileURLWithPath: path))
    }
    try folder.write("set/classes.txt", "cat\n")
  }

  private var names: Set<String> {
    Set((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
  }

  @Test(arguments: [SIGINT, SIGTERM], ["convert", "split"])
  func nothingIsLeft(signal: Int32, command: String) throws {
    var words = [command, "set", "-o", "made/out"]
    words += command == "convert" ? ["--to", "voc"] : ["--no-groups", "--ratios", "1,1"]
    let process = try BuiltProgram.start(words, in: folder.path)
    defer { if process.isRunning { process.terminate() } }
    // The folder `made` is created when writing begins.
    let end = Date().addingTimeInterval(25)
    while process.isRunning, !names.contains("made"), Date() < end { usleep(500) }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 75)
    #expect(names == ["a.png", "set"])
  }
}
