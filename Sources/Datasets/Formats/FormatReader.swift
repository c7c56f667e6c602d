/// A format in which data sets lie on disk: one conforming type a file, listed in `DatasetFormat`.
protocol FormatReader {
  /// Whether a path looks like this format; asks only for names of files and folders.
  static func recognizes(_ path: String) -> Bool
  /// What the format looks like, for the message when no format fits.
  static var appearance: String { get }
  /// Whether pictures are those that label files list, so that a check has to look for others.
  static var listsPictures: Bool { get }

  /// Opens the description of a data set.
  init(path: String) throws(DatasetsError)
  /// The folder that the data set lies in.
  var root: String { get }
  /// The splits that there are, `train` first where there is one.
  var splits: [String] { get }
  /// Reads one of the splits; labels that cannot be understood are among the problems. Where class
  /// names are given and the format names classes in its label files, it need not look for others.
  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> RawDataset
}

extension FormatReader {
  static var listsPictures: Bool { false }
}
