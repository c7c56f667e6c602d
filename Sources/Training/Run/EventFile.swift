import Basics
import Foundation

/// The file of a run that TensorBoard reads: the columns of `results.csv` as scalars, one event per
/// epoch.
///
/// The content follows from the results and the time in the file's name, so a new epoch only adds
/// bytes, which a running TensorBoard sees. The file is replaced where it does not begin like the
/// results, such as after a checkpoint that is older than the last epoch.
struct EventFile {
  let path: String
  /// The start of the run in seconds since 1970.
  private let start: Int

  private static let prefix = "events.out.tfevents."
  private static let suffix = ".glimpse"

  /// The file of a run folder: the existing one, or a new one.
  ///
  /// - Parameter elapsed: The training time so far, in seconds.
  init(in folder: RunFolder, elapsed: Double) {
    start =
      Self.starts(in: folder.path).min() ?? Int(Date().timeIntervalSince1970 - max(elapsed, 0))
    path = folder.path + "/" + Self.name(start)
  }

  /// The paths of the event files in a run folder; usually one.
  static func paths(in folder: String) -> [String] {
    Set(starts(in: folder)).sorted().map { folder + "/" + name($0) }
  }

  /// Makes the file hold the results.
  func write(_ results: ResultsTable) throws(FileError) {
    let bytes = Self.bytes(results, start: start)
    let old = try FileContents.bytes(path) ?? []
    guard !old.isEmpty, bytes.starts(with: old) else {
      return try AtomicFile.write(bytes, to: path)
    }
    // A process that was killed may have left a part of a record, which this completes.
    var file = try NewFile(appendingTo: path)
    try file.append(Array(bytes.dropFirst(old.count)))
    try file.finish()
  }

  /// The records of all epochs, after one with the version of the format.
  ///
  /// Messages and field numbers are those of tensorflow/core/util/event.proto and
  /// tensorflow/core/framework/summary.proto. An event's time is the start plus the training time:
  /// pauses of an interrupted run do not count.
  static func bytes(_ results: ResultsTable, start: Int) -> [UInt8] {
    var version = ProtobufWriter()
    version.add(1, Double(start))
    version.add(3, "brain.Event:2")
    return results.rows.reduce(into: RecordFraming.record(version.bytes)) { bytes, row in
      var event = ProtobufWriter()
      let seconds = results.text("time", of: row).flatMap { Double($0) } ?? 0
      event.add(1, Double(start) + seconds)
      event.add(2, Int(row["epoch"] ?? 0))
      event.add(5) { summary in
        for column in results.columns where column != "epoch" {
          guard let text = results.text(column, of: row), let value = Float(text) else { continue }
          summary.add(1) {
            $0.add(1, column)
            $0.add(2, value)
          }
        }
      }
      bytes += RecordFraming.record(event.bytes)
    }
  }

  private static func name(_ start: Int) -> String { "\(prefix)\(start)\(suffix)" }

  /// The times in the names of event files, and of temporary files that killed processes left.
  private static func starts(in folder: String) -> [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { name in
      guard name.hasPrefix(prefix),
        let start = Int(name.dropFirst(prefix.count).prefix { $0.isASCII && $0.isNumber }),
        (0..<1 << 40).contains(start),
        name == Self.name(start) || name.hasPrefix(Self.name(start) + ".glimpse-part")
      else { return nil }
      return start
    }
  }
}
