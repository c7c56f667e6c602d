import Imaging

/// The result of decoding all images of some splits: their records and issues.
struct ImageAudit {
  /// The record of each sample's image, per split; nil where it was not or could not be decoded.
  private(set) var records: [[ImageRecord?]]
  /// What the mask of each sample holds, per split; nil without a mask that can be used.
  private(set) var masks: [[MaskContent?]]
  private(set) var issues: [DatasetIssue] = []

  /// The number of images decoded between two progress reports.
  private static let stride = 64

  /// What was read at a path.
  private struct Outcome {
    /// Nil for a folder of masks.
    var record: Result<ImageRecord, ImagingError>?
    /// Nil for an image.
    var content: Result<MaskContent, DatasetIssue>?
  }

  /// Decodes each image once, even if several splits list it.
  init(
    _ datasets: [Dataset], _ reading: DatasetReading,
    observe: (_ done: Int, _ total: Int) throws -> Void
  ) throws {
    records = datasets.map { [ImageRecord?](repeating: nil, count: $0.samples.count) }
    self.masks = datasets.map { [MaskContent?](repeating: nil, count: $0.samples.count) }
    guard reading.measuresImages else { return }
    var seen: Set<String> = []
    let paths = datasets.flatMap(\.samples)
      .flatMap { [$0.imagePath, $0.maskPath].compactMap(\.self) }
      .filter { seen.insert($0).inserted }
    var known: [String: ImageRecord] = [:]
    /// The mask files by path, for their validation.
    var masks: [String: ClassMaskFile] = [:]
    var contents: [String: MaskContent] = [:]
    for dataset in datasets {
      for sample in dataset.samples {
        guard let path = sample.maskPath else { continue }
        masks[path] = ClassMaskFile(of: sample, classCount: dataset.classNames.count)
      }
    }
    for start in Swift.stride(from: 0, to: paths.count, by: Self.stride) {
      try observe(start, paths.count)
      let results = reading.runner.map(min(Self.stride, paths.count - start)) { place -> Outcome in
        let path = paths[start + place]
        let content = masks[path].map { file in
          Result { () throws(DatasetIssue) in MaskContent(try file.planes()) }
        }
        // A folder of masks has no record of its own.
        if masks[path]?.isFolder == true { return Outcome(content: content) }
        let record = Result { () throws(ImagingError) in
          try reading.images.record(of: path, decodes: true)
        }
        return Outcome(record: record, content: content)
      }
      for (path, result) in zip(paths[start...], results) {
        known[path] = try? result.record?.get()
        if case .success(let content)? = result.content { contents[path] = content }
        if case .failure(let issue)? = result.content,
          (try? result.record?.get()) != nil
            || result.record == nil
        {
          issues.append(issue)
        } else if let record = result.record {
          report(record, path: path)
        }
      }
    }
    try observe(paths.count, paths.count)
    records = datasets.map { $0.samples.map { known[$0.imagePath] } }
    self.masks = datasets.map { $0.samples.map { $0.maskPath.flatMap { contents[$0] } } }
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
