import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// The scripts of Samples/batch that need no cluster. Slurm, Spark and Ray are run by Golden/check_engines.sh.
@Suite struct RecipeTests {
  private let folder: TemporaryFolder
  private let weights: String

  /// The scripts lie in the checkout, beside the tests.
  private static let scripts = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("../../Samples/batch").standardized.path

  private static func isInstalled(_ program: String) -> Bool {
    ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }

  init() throws {
    folder = try TemporaryFolder()
    weights = try Fixtures.writeWeights(in: folder)
  }

  @Test(.enabled(if: isInstalled("parallel"), "GNU parallel is not installed"))
  func parallelGivesTheRowsOfOneRun() throws {
    for index in 0..<7 {
      try Fixtures.writeImage(to: "\(folder.path)/in/\(index).png", seed: UInt64(index))
    }
    let list = (0..<7).map { "in/\($0).png" } + ["in/gone.png"]
    try folder.write("list.txt", list.joined(separator: "\n"))
    let options = "-w \(weights) --imgsz 64"
    // GNU parallel keeps a cache below the home folder.
    let result = try BuiltProgram.runShell(
      "export HOME=$PWD; \"$GLIMPSE\" detect list.txt -o whole --no-save -q \(options) 2>/dev/null; "
        + "'\(Self.scripts)/gnu-parallel.sh' list.txt parts 3 \(options) 2>/dev/null && "
        + "cmp parts/all.jsonl whole/rows.jsonl", in: folder.path)
    #expect(result.exitCode == 0, "\(result.output)\(result.diagnostics)")
  }

  /// A reference that is higher than the interval can reach fails; one that was just written holds.
  @Test(.enabled(if: isInstalled("python3"), "Python is not installed"))
  func theNightlyRunFailsWhereAPHasFallen() throws {
    try Fixtures.writeVOC(in: folder)
    func night() throws -> BuiltProgram.Result {
      try BuiltProgram.runShell(
        "'\(Self.scripts)/nightly.sh' . val \(weights) reference.json", in: folder.path)
    }
    let first = try night()
    #expect(first.exitCode == 0 && first.output == "wrote the reference reference.json\n")
    let second = try night()
    #expect(second.exitCode == 0 && second.output.hasPrefix("AP "), "\(second.diagnostics)")
    try folder.write("reference.json", "{\"metrics\":{\"AP\":1.0}}")
    let third = try night()
    #expect(third.exitCode == 1)
    #expect(third.diagnostics.contains("AP has fallen beyond its confidence interval"))
  }

  @Test(arguments: ["gnu-parallel.sh", "slurm-array.sh", "slurm-one-node.sh", "nightly.sh"])
  func scriptsAreValid(name: String) throws {
    let result = try BuiltProgram.runShell("bash -n '\(Self.scripts)/\(name)'", in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
  }
}
