import Foundation
import Testing

@testable import GlimpseCommand

/// The flag is one for the process, so these run one after the other.
@Suite(.serialized) struct InterruptionTests {
  @Test func theFirstSignalOnlySetsTheFlagWhileAStepIsFinished() {
    Interruption.reset()
    Interruption.observe([SIGUSR1])
    #expect(!Interruption.isRequested)
    Interruption.whileFinishing {
      // Tests run on threads of Dispatch, which block signals; the program's main thread does not.
      var (signals, before) = (sigset_t(), sigset_t())
      sigemptyset(&signals)
      sigaddset(&signals, SIGUSR1)
      pthread_sigmask(SIG_UNBLOCK, &signals, &before)
      raise(SIGUSR1)
      pthread_sigmask(SIG_SETMASK, &before, nil)
    }
    #expect(Interruption.isRequested)
    let error = #expect(throws: CommandError.self) { try Interruption.check("epoch 3 is saved") }
    #expect(error?.description == "interrupted; epoch 3 is saved")
    #expect(error?.exitCode == .interrupted)
    Interruption.reset()
    signal(SIGUSR1, SIG_DFL)
  }
}

/// Signals to the built program.
@Suite struct SignalTests {
  private let folder: TemporaryFolder
  private let weights: String

  init() throws {
    folder = try TemporaryFolder()
    weights = try Fixtures.writeWeights(in: folder)
  }

  /// Starts the program and sends signals.
  ///
  /// - Parameter isReady: Whether to send the first, given what came on standard error so far.
  private func run(
    _ words: [String], signals: [Int32], when isReady: (String) -> Bool
  ) throws -> (code: Int32, diagnostics: String) {
    let process = Process()
    process.executableURL = BuiltProgram.url
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.environment = ProcessInfo.processInfo.environment
      .merging(["XDG_CACHE_HOME": folder.path + "/cache"]) { $1 }
    let log = folder.path + "/log"
    try #require(FileManager.default.createFile(atPath: log, contents: nil))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    func text() -> String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
    while process.isRunning, !isReady(text()) { usleep(1000) }
    for number in signals {
      let before = text()
      kill(process.processIdentifier, number)
      // The next signal follows when the first has been answered.
      while process.isRunning, text() == before { usleep(1000) }
    }
    process.waitUntilExit()
    #expect(process.terminationReason == .exit, "\(words): \(text())")
    return (process.terminationStatus, text())
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder.path)/\(name)")
  }

  /// A list of one image thousands of times takes a while.
  private func writeList() throws {
    try Fixtures.writeImage(to: folder.path + "/a.jpg")
    try folder.write("list.txt", String(repeating: "a.jpg\n", count: 3000))
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func detectEndsAfterTheImagesInWork(signal: Int32) throws {
    try writeList()
    let (code, text) = try run(
      ["detect", "list.txt", "--weights", weights, "-o", "out"], signals: [signal]
    ) { _ in exists("out/a.jpg") }
    #expect(code == 75)
    #expect(text.contains("interrupted: ends after the current step"))
    #expect(text.contains(" of 3000 images are done"))
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func aSecondSignalEndsAtOnce(signal: Int32) throws {
    try writeList()
    // A step of 16 images takes long enough.
    let (code, text) = try run(
      [
        "detect", "list.txt", "--weights", weights, "-o", "out", "--batch", "16", "--imgsz", "160",
        "--threads", "1",
      ], signals: [signal, signal]
    ) { _ in exists("out/a.jpg") }
    #expect(code == 130)
    #expect(text.hasSuffix("press Ctrl-C again to end at once\n"))
  }

  /// While inputs are read, nothing is to be saved.
  @Test(arguments: ["bench", "export", "evaluate", "check", "convert", "split", "train"])
  func commandsEndAtOnceBeforeTheyWrite(command: String) throws {
    try Fixtures.writeYOLO(in: folder, count: 400)
    let target = try TemporaryFolder()
    let out = target.path + "/out"
    let words = [
      "bench": ["--runs", "100000", "--imgsz", "32"],
      "export": ["--model", "resnet18", "--imgsz", "640", "-o", "x.onnx"],
      "evaluate": ["--data", "data.yaml", "--weights", weights], "check": ["data.yaml"],
      "convert": ["data.yaml", "--to", "coco", "-o", out],
      "split": ["data.yaml", "-o", out],
      "train": ["--data", "data.yaml", "--imgsz", "32", "--epochs", "1000"],
    ]
    // The handlers are there as soon as the program runs.
    let start = ContinuousClock.now
    let (code, text) = try run([command] + (words[command] ?? []), signals: [SIGINT]) { _ in
      ContinuousClock.now - start > .milliseconds(400)
    }
    // A fast machine may be done before.
    #expect([0, 3, 4, 75].contains(code), "\(command): \(text)")
    if code == 75 { #expect(text.contains("interrupted"), "\(command): \(text)") }
    #expect(!exists("x.onnx") || code == 0)
    #expect(!FileManager.default.fileExists(atPath: out) || code == 0 || code == 3)
  }
}

extension Fixtures {
  /// A YOLO dataset of links to one image, with one object each; train and val.
  static func writeYOLO(in folder: TemporaryFolder, count: Int) throws {
    let image = try writeImage(to: folder.path + "/source.jpg")
    for split in ["train", "val"] {
      for kind in ["images", "labels"] {
        try FileManager.default.createDirectory(
          atPath: "\(folder.path)/\(kind)/\(split)", withIntermediateDirectories: true)
      }
      for number in 0..<count {
        try FileManager.default.linkItem(
          atPath: image, toPath: "\(folder.path)/images/\(split)/\(number).jpg")
        try folder.write("labels/\(split)/\(number).txt", "0 0.5 0.5 0.4 0.4\n")
      }
    }
    try folder.write(
      "data.yaml", "train: images/train\nval: images/val\nnames: [cat, dog, person]\n")
  }
}
