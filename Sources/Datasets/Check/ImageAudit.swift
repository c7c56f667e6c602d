import Imaging

/// The result of decoding all images of some splits: their records and issues.
struct ImageAudit {
  /// The record of each sample's image, per split; nil where it was not or could not be decoded.
  private(set) var records: [[ImageRecord?]]
  private(set) var issues: [DatasetIssue] = []

  /// The number of images decoded between two progress reports.
  private static let stride = 64

  /// Decodes each image once, even if several splits list it.
  init(
    _ datasets: [Dataset], _ reading: DatasetReading,
    observe: (_ done: Int, _ total: Int) throws -> Void
  ) throws {
    records = datasets.map { [ImageRecord?](repeating: nil, count: $0.samples.count) }
    guard reading.measuresImages else { return }
    var seen: Set<String> = []
    let paths = datasets.flatMap(\.samples)
      .flatMap { [$0.imagePath, $0.maskPath].compactMap(\.self) }
      .filter { seen.insert($0).inserted }
    var known: [String: ImageRecord] = [:]
    /// The mask files by path, for their validation.
    var masks: [String: ClassMaskFile] = [:]
    for dataset in datasets {
      for sample in dataset.samples {
        guard let path = sample.maskPath else { continue }
        masks[path] = ClassMaskFile(of: sample, classCount: dataset.classNames.count)
      }
    }
    for start in Swift.stride(from: 0, to: paths.count, by: Self.stride) {
      try observe(start, paths.count)
      let results = reading.runner.map(min(Self.stride, paths.count - start)) { place in
        let path = paths[start + place]
        let record = Result { () throws(ImagingError) in
          try reading.images.record(of: path, decodes: true)
        }
        return (record: record, maskIssue: masks[path].flatMap(Self.issue))
      }
      for (path, result) in zip(paths[start...], results) {
        known[path] = try? result.record.get()
        if case .success = result.record, let issue = result.maskIssue {
          issues.append(issue)
        } else {
          report(result.record, path: path)
        }
      }
    }
    try observe(paths.count, paths.count)
    records = datasets.map { $0.samples.map { known[$0.imagePath] } }
  }

  /// The reason why training cannot use a mask.
  private static func issue(of mask: ClassMaskFile) -> DatasetIssue? {
    do throws(DatasetIssue) {
      _ = try mask.plane()
      return nil
    } catch {
      return error
    }
  }

  /// Reports the issues of one image.
  private mutating func report(_ result: Result<ImageRecord, ImagingError>, path: String) {
    switch result {
    case .failure(let error):
      issues.report(
        .unreadableImage, path, "\(error.problem); training uses another image instead.")
    case .success(let record):
      if let named = Codec(path: path), named != record.codec {
        issues.report(
          .misnamedImage, path,
          "the file extension is that of \(named), but the content is \(record.codec); "
            + "the content is used.")
      }
      for warning in record.content?.warnings ?? [] {
        issues.report(.imageWarning, path, "the image decodes with a warning: \(warning).")
      }
    }
  }
}
