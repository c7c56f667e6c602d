import Basics
import Imaging

/// The result of one segmented image.
package struct SegmentationResult: Sendable {
  /// The measurements of one class.
  package struct ClassSummary: Hashable, Sendable {
    /// The number of pixels.
    package var pixels = 0
    /// The areas of its objects.
    package var areas = AreaHistogram()

    package init() {}
  }

  package let input: InputItem
  /// The size of the image in pixels; 0 if it could not be opened.
  package var width = 0
  package var height = 0
  /// The measurements by class index.
  package var classes: [ClassSummary] = []
  /// The written files by their kind, such as "mask".
  package var files: [(kind: String, path: String)] = []
  /// Defects of the image that did not prevent decoding.
  package var warnings: [String] = []
  /// Seconds for reading, segmenting and writing.
  package var seconds = 0.0
  /// Seconds by stage; reading and writing of rows are in `seconds` only.
  package var times = StageTimes()
  /// The error if the image could not be read or segmented, or a file could not be written.
  package var failure: (any Error)?

  package init(_ input: InputItem) { self.input = input }

  /// The path as given by the user.
  package var path: String { input.path }

  /// The number of objects of all classes.
  package var objectCount: Int { classes.reduce(0) { $0 + $1.areas.count } }

  /// The part of the image that a class covers.
  package func fraction(_ classIndex: Int) -> Double {
    Double(classes[classIndex].pixels) / Double(max(width * height, 1))
  }
}

extension AreaHistogram {
  /// The mean, rounded to hundredths of a pixel.
  fileprivate var roundedMean: Double { (mean * 100).rounded() / 100 }
}

extension SegmentationResult {
  /// A row of `segment --json`; areas are in pixels.
  package func jsonLine(classNames: [String], _ run: RowFacts) -> String {
    var json = JSONWriter()
    json.object { json in
      RowFacts.begin(input, failure: failure, &json)
      if failure == nil { write(classNames: classNames, run, to: &json) }
      run.end(warnings: warnings, &json)
    }
    return json.text
  }

  private func write(classNames: [String], _ run: RowFacts, to json: inout JSONWriter) {
    json.member("width", width)
    json.member("height", height)
    json.member("objects", objectCount)
    json.array("classes") { list in
      for (index, summary) in classes.enumerated() {
        list.object {
          $0.member("class", classNames[index])
          $0.member("class_index", index)
          $0.member("pixels", summary.pixels)
          $0.member("fraction", fraction(index))
          $0.member("objects", summary.areas.count)
          $0.member("mean_area", summary.areas.roundedMean)
          $0.member("median_area", summary.areas.median)
          $0.member("smallest_area", summary.areas.range?.lowerBound ?? 0)
          $0.member("largest_area", summary.areas.range?.upperBound ?? 0)
        }
      }
    }
    if run.showsTimes { json.member("milliseconds", (seconds * 1e6).rounded() / 1000) }
    for file in files { json.member(file.kind, run.path(file.path)) }
  }

  /// The first row of a CSV file: columns of all classes, then of each.
  package static func csvHeader(classNames: [String]) -> String {
    let columns =
      ["path", "width", "height", "objects", "mean_area", "median_area", "error"]
      + classNames.flatMap { name in
        ["pixels", "fraction", "objects", "mean_area", "median_area"].map { "\(name) \($0)" }
      }
    return columns.map(quoted).joined(separator: ",") + "\n"
  }

  /// A row of a CSV file; an image that failed has an error and no numbers.
  package var csvRow: String {
    var areas = AreaHistogram()
    for summary in classes { areas.add(summary.areas) }
    var cells = [path]
    if failure == nil {
      cells += [width, height, objectCount].map(String.init)
      cells += ["\(areas.roundedMean)", "\(areas.median)", ""]
      for (index, summary) in classes.enumerated() {
        cells += ["\(summary.pixels)", "\(fraction(index))", "\(summary.areas.count)"]
        cells += ["\(summary.areas.roundedMean)", "\(summary.areas.median)"]
      }
    } else {
      cells += ["", "", "", "", "", failure.map { "\($0)" } ?? ""]
    }
    return cells.map(Self.quoted).joined(separator: ",") + "\n"
  }

  private static func quoted(_ cell: String) -> String {
    let needsQuotes = cell.contains { $0 == "," || $0 == "\"" || $0.isNewline }
    return needsQuotes ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
  }
}
