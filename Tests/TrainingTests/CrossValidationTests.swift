import Basics
import Foundation
import Testing

@testable import Training

@Suite(.serialized) struct CrossValidationTests {
  private let folder: TemporaryFolder
  private let data: String

  init() throws {
    folder = try TemporaryFolder()
    data = try SmallData.make(in: folder.path, training: 9, validation: 3)
  }

  private func config(_ name: String) -> TrainingConfig {
    var config = SmallData.config(name, data: data, in: folder)
    config.imgsz = 64
    config.epochs = 1
    config.folds = 2
    return config
  }

  private func file(_ run: CrossValidation, _ name: String) throws -> Data {
    try #require(FileManager.default.contents(atPath: run.folder + "/" + name), "no \(name)")
  }

  @Test func foldsAreTrainedInOrderInALockedFolder() throws {
    let run = try CrossValidation(config("order"))
    try withExtendedLifetime(run) {
      #expect(throws: TrainingError.self) { try CrossValidation(config("order")) }
      #expect(throws: TrainingError.self) { try CrossValidation(resuming: run.folder) }
      var folds: [Int] = []
      let outcome = try run.run { fold, event in
        if case .started = event { folds.append(fold) }
      }
      #expect(folds == [1, 2] && !outcome.isInterrupted)
      // Two folds, mean and deviation.
      #expect(outcome.table.rows.count == 4)
    }
    #expect(!FileManager.default.fileExists(atPath: run.folder + "/weights"))
  }

  /// Interrupted within the second fold and resumed: the same bits and the same table.
  @Test func aLaterProcessGoesOn() throws {
    let whole = try CrossValidation(config("whole"))
    let expected = try whole.run()
    var steps = 0
    func pause() throws -> String {
      let parts = try CrossValidation(config("parts"))
      let outcome = try parts.run { fold, event in
        if fold == 2, case .step = event { steps += 1 }
      } isInterrupted: {
        steps == 1
      }
      #expect(outcome.isInterrupted)
      return parts.folder
    }
    let path = try pause()
    let error = #expect(throws: TrainingError.self) {
      try CrossValidation(resuming: path) { $0.epochs = 3 }
    }
    #expect(error?.description.contains("threads, workers and cache") == true)
    let second = try CrossValidation(resuming: path) { $0.threads = 1 }
    var folds: Set<Int> = []
    let found = try second.run { fold, _ in folds.insert(fold) }
    #expect(folds == [2] && !found.isInterrupted)
    #expect(found.table == expected.table)
    for name in ["folds.csv", "folds.json"]
      + (1...2).flatMap({ fold in
        ["best", "last"].map { "fold-\(fold)/weights/\($0).safetensors" }
      })
    {
      #expect(try file(second, name) == file(whole, name), "\(name)")
    }
    // A fold is a run of its own, which can be opened without the others.
    #expect(try Trainer(resuming: path + "/fold-1").run().ending == .finished)
  }

  /// By hand: of 0.2, 0.4 and 0.9 the mean is 0.5, and the sum of squares 0.09 + 0.01 + 0.16 = 0.26
  /// divided by 2 is 0.13.
  @Test func meanAndDeviation() throws {
    #expect(abs(try #require(FoldTable.mean([0.2, 0.4, 0.9])) - 0.5) < 1e-15)
    let deviation = try #require(FoldTable.deviation([0.2, 0.4, 0.9]))
    #expect(abs(deviation * deviation - 0.13) < 1e-15)
    #expect(FoldTable.mean([]) == nil && FoldTable.deviation([1]) == nil)
  }
}
