import Basics
import Imaging

/// Reads many label files, on several threads where the runner has them.
enum LabelFiles {
  /// What the files at some paths hold: nil where there is none, a failure where a file cannot be
  /// read or understood as a whole.
  static func map<Labels: Sendable>(
    _ paths: [String], on runner: any ParallelExecutor,
    _ read: (_ bytes: [UInt8], _ path: String) throws(DatasetsError) -> Labels
  ) -> [Result<Labels?, DatasetsError>] {
    runner.map(paths.count) { index in
      Result { () throws(DatasetsError) in
        guard let bytes = try DatasetsError.wrap(FileContents.bytes(paths[index])) else {
          return nil
        }
        return try read(bytes, paths[index])
      }
    }
  }
}
