import Foundation
import Testing

/// The program as users run it: built beside the tests, whatever the build folder is.
enum BuiltProgram {
  struct Result {
    let exitCode: Int32
    let output: String
    let diagnostics: String
  }

  static let url: URL = {
    // The tests run as a program that lies in the folder of the products (on macOS deeper in it).
    var folder = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
    let bundles = Bundle.allBundles.map(\.bundleURL)
    for start in [folder] + bundles {
      folder = start
      for _ in 0..<5 {
        folder.deleteLastPathComponent()
        let candidate = folder.appendingPathComponent("glimpse")
        if FileManager.default.isExecutableFile(atPath: candidate.path),
          (try? candidate.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true
        {
          return candidate
        }
      }
    }
    return URL(fileURLWithPath: "/nonexistent/glimpse")
  }()

  private static var environment: [String: String] {
    ProcessInfo.processInfo.environment.merging(["GLIMPSE": url.path]) { $1 }
  }

  /// Starts it and returns; its output is discarded.
  static func start(_ words: [String], in folder: String) throws -> Process {
    let process = Process()
    process.executableURL = url
    process.arguments = words
    process.environment = environment
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs a line of bash, in which `$GLIMPSE` is the program.
  static func runShell(_ line: String, in folder: String) throws -> Result {
    try run(["-c", line], in: folder, program: URL(fileURLWithPath: "/bin/bash"))
  }

  /// Runs a copy of it in a folder, for a user whom permissions bind: the superuser, who may do
  /// anything, becomes nobody. Neither has a cache folder.
  static func runUnprivileged(_ words: [String], in folder: String) throws -> Result {
    let program = folder + "/glimpse"
    // Nobody may not open the build folder.
    if !FileManager.default.fileExists(atPath: program) {
      try FileManager.default.copyItem(atPath: url.path, toPath: program)
    }
    let environment = ["HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent"]
    guard getuid() == 0 else {
      return try run(
        words, in: folder, environment: environment, program: URL(fileURLWithPath: program))
    }
    let setpriv = "/usr/bin/setpriv"
    try #require(
      FileManager.default.isExecutableFile(atPath: setpriv), "there is no setpriv to give up rights"
    )
    return try run(
      ["--reuid=65534", "--regid=65534", "--clear-groups", program] + words, in: folder,
      environment: environment, program: URL(fileURLWithPath: setpriv))
  }

  static var exists: Bool { FileManager.default.isExecutableFile(atPath: url.path) }

  /// Runs it to its end, with nothing on standard input.
  ///
  /// - Parameters:
  ///   - folder: the working folder; an empty one of its own where it is nil, so that what the
  ///     program writes by default does not land in the checkout.
  ///   - output: where standard output goes; collected where it is nil.
  static func run(
    _ words: [String], in folder: String? = nil, environment: [String: String] = [:],
    output: FileHandle? = nil, program: URL = url
  ) throws -> Result {
    let process = Process()
    process.executableURL = program
    process.arguments = words
    process.environment = Self.environment.merging(environment) { $1 }
    let emptyFolder = try folder == nil ? TemporaryFolder() : nil
    defer { withExtendedLifetime(emptyFolder) {} }
    process.currentDirectoryURL = (folder ?? emptyFolder?.path).map { URL(fileURLWithPath: $0) }
    let (standardOutput, standardError) = (Pipe(), Pipe())
    process.standardInput = FileHandle.nullDevice
    process.standardError = standardError
    if let output {
      process.standardOutput = output
    } else {
      process.standardOutput = standardOutput
    }
    try process.run()
    var data = Data()
    if output == nil { data = standardOutput.fileHandleForReading.readDataToEndOfFile() }
    let complaints = standardError.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Result(
      exitCode: process.terminationReason == .exit ? process.terminationStatus : -1,
      output: String(decoding: data, as: UTF8.self),
      diagnostics: String(decoding: complaints, as: UTF8.self))
  }
}
