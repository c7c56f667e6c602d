import Glimpse

extension DatasetFormat: OptionWord {}
extension DatasetWriter.ImageTransfer: OptionWord {}

/// Options of the commands that read one dataset and write another.
extension Option {
  /// `--output`, a new folder.
  static func newFolder(_ path: Path<String?>) -> Option {
    .value("output", short: "o", path, unit: "folder", help: "New folder to write it into")
  }

  /// `--images`: copied, linked or left out.
  static func images(_ path: Path<DatasetWriter.ImageTransfer>) -> Option {
    .value("images", path, unit: "how", help: "What becomes of the images in the new folder")
  }

  /// `--from`, for files that do not tell their format.
  static func sourceFormat(_ path: Path<DatasetFormat?>) -> Option {
    .value(
      "from", path, unit: "format", unset: "told by the files", help: "Format of the dataset")
  }

  /// `--split`, the parts that are read.
  static func splits(_ path: Path<[String]>, help: String) -> Option {
    .values(
      "split", path, unit: "name", unset: "train, val and test, as far as there are any",
      help: help)
  }
}
