import Dispatch
import Evaluation
import Imaging
import Testing

/// Every number against pycocotools 2.0.11; the expected values come from make_cases.py, which
/// lies beside the fixtures. Equality is to the last bit: the same operations in the same order.
@Suite(.enabled(if: Fixtures.arePresent, "the COCO fixtures are not beside the package"))
struct ReferenceTests {
  @Test(arguments: 1...40)
  func randomCase(number: Int) throws {
    let folder = "cases/case_" + (number < 10 ? "0" : "") + "\(number)"
    let truths = try Fixtures.read(TruthFile.self, folder + "/gt.json")
    let results = try Fixtures.read([ResultBox].self, folder + "/dt.json")
    let expected = try Fixtures.read(ExpectedNumbers.self, folder + "/expected.json")
    let report = try check(truths, results, expected)
    if let arrays = expected.arrays {
      let whole = try Fixtures.read(ExpectedArrays.self, folder + "/" + arrays)
      #expect(report.curves.precision == whole.precision)
      #expect(report.curves.recall == whole.recall)
      #expect(report.curves.scores == whole.scores)
    }
  }

  @Test func fiveCasesHaveArrays() throws {
    let withArrays = try (1...40).filter { number in
      let folder = "cases/case_" + (number < 10 ? "0" : "") + "\(number)"
      return try Fixtures.read(ExpectedNumbers.self, folder + "/expected.json").arrays != nil
    }
    // The fixtures' README names them; without this the comparison above could pass by absence.
    #expect(withArrays == [2, 4, 6, 8, 11])
  }

  @Test func val2014() throws {
    struct File: Decodable { var bbox: ExpectedNumbers }
    let truths = try Fixtures.read(TruthFile.self, "val2014_100/instances_val2014_100.json")
    let results = try Fixtures.read(
      [ResultBox].self, "val2014_100/instances_val2014_fakebbox100_results.json")
    try check(truths, results, Fixtures.read(File.self, "expected.json").bbox)
  }

  @Test func val2014Masks() throws {
    struct File: Decodable { var segm: ExpectedNumbers }
    let fixture = try MaskFixture()
    let report = DetectionMetric.report(
      fixture.cells, MatchTable(fixture.cells, overlap: fixture.overlap))
    let expected = try Fixtures.read(File.self, "expected.json").segm
    let truths = try Fixtures.read(TruthFile.self, "val2014_100/instances_val2014_100.json")
    try check(report, truths, expected)
  }

  /// Parts that run at the same time, or in another order, give the same bits.
  @Test(arguments: [
    TaskRunner { count, body in
      withoutActuallyEscaping(body) { body in
        nonisolated(unsafe) let body = body
        DispatchQueue.concurrentPerform(iterations: count) { body($0) }
      }
    },
    TaskRunner { count, body in for index in (0..<count).reversed() { body(index) } },
  ])
  func tasksDoNotChangeTheNumbers(tasks: TaskRunner) throws {
    let truths = try Fixtures.read(TruthFile.self, "val2014_100/instances_val2014_100.json")
    let results = try Fixtures.read(
      [ResultBox].self, "val2014_100/instances_val2014_fakebbox100_results.json")
    let input = truths.input(with: results)
    let cells = try EvaluationCells(input)
    let parallel = try EvaluationCells(input, tasks: tasks)
    #expect(cells.cells == parallel.cells)
    #expect(cells.detections == parallel.detections)
    let (serial, other) = (MatchTable(cells), MatchTable(parallel, tasks: tasks))
    #expect(serial.matched == other.matched && serial.ignored == other.ignored)
    #expect(serial.matchedTruths == other.matchedTruths)
    #expect(
      try DetectionMetric.evaluate(input) == DetectionMetric.evaluate(input, tasks: tasks))
  }

  /// The tables of cells against what they are said to hold, read from the rows one by one.
  @Test func cellsCoverTheRows() throws {
    let truths = try Fixtures.read(TruthFile.self, "val2014_100/instances_val2014_100.json")
    let results = try Fixtures.read(
      [ResultBox].self, "val2014_100/instances_val2014_fakebbox100_results.json")
    let input = truths.input(with: results)
    let cells = try EvaluationCells(input)
    let matches = MatchTable(cells)
    #expect(cells.truthSources.sorted() == Array(0..<Int32(input.truths.count)))
    #expect(cells.detectionSources.sorted() == Array(0..<Int32(input.detections.count)))
    var rows = 0
    for image in cells.imageNames.indices {
      for cell in cells.cells(ofImage: image) {
        rows += cell.truths.count + cell.detections.count
        #expect(Int(cell.image) == image)
        for row in cell.truths {
          #expect(cells.truths.images[row] == cell.image)
          #expect(cells.truths.classes[row] == cell.classIndex)
          #expect(cells.truths.boxes[row] == input.truths.boxes[Int(cells.truthSources[row])])
        }
        for row in cell.detections {
          #expect(cells.detections.classes[row] == cell.classIndex)
          // At threshold 0.50: a matched truth is of the cell and overlaps enough.
          let truth = Int(matches.matchedTruths[row * matches.parameters.iouThresholds.count])
          let isMatched = matches.matched[row * matches.parameters.areaRanges.count] & 1 == 1
          #expect((truth >= 0) == isMatched)
          guard truth >= 0 else { continue }
          #expect(cell.truths.contains(truth))
          #expect(
            cells.detections.boxes[row].overlap(
              with: cells.truths.boxes[truth],
              isCrowd: cells.truths.traits[truth].contains(.crowd)) >= 0.5)
        }
      }
    }
    #expect(rows == input.truths.count + input.detections.count)
    for classIndex in cells.classNames.indices {
      let numbers = cells.cells(ofClass: classIndex)
      #expect(numbers.allSatisfy { Int(cells.cells[Int($0)].classIndex) == classIndex })
      #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @discardableResult
  private func check(
    _ truths: TruthFile, _ results: [ResultBox], _ expected: ExpectedNumbers
  ) throws -> DetectionReport {
    let report = try DetectionMetric.evaluate(truths.input(with: results))
    try check(report, truths, expected)
    return report
  }

  private func check(
    _ report: DetectionReport, _ truths: TruthFile, _ expected: ExpectedNumbers
  ) throws {
    let ids = truths.categoryIds
    #expect(report.imageCount == truths.images.count)
    #expect(Set(report.numbers.map(\.name)) == Set(expected.stats.keys))
    for number in report.numbers {
      let value = try #require(expected.stats[number.name])
      #expect(number.value == value, "\(number.name)")
    }
    #expect(report.classes.count == expected.per_class.count)
    for (entry, values) in zip(report.classes, expected.per_class) {
      #expect(ids[entry.classIndex] == values.category_id)
      #expect(entry.ap == values.AP, "AP of \(entry.name)")
      #expect(entry.ap50 == values.AP50, "AP50 of \(entry.name)")
      #expect(entry.ap75 == values.AP75, "AP75 of \(entry.name)")
      #expect(entry.ar100 == values.AR100, "AR100 of \(entry.name)")
    }
  }
}
