import Glimpse

extension DatasetFormat: OptionWord {}
extension DatasetWriter.ImageTransfer: OptionWord {}

extension Positional {
  static func dataset(_ path: Option<Owner>.Path<String>) -> Positional {
    .one("data", path, help: "Dataset: a folder, a data.yaml or an annotation file")
  }
}

/// Options of the commands that read one dataset and write another.
extension Option {
  static func newFolder(_ path: Path<String?>) -> Option {
    .value("output", short: "o", path, unit: "folder", help: "New folder for the result")
  }

  static func images(_ path: Path<DatasetWriter.ImageTransfer>) -> Option {
    .value("images", path, unit: "mode", help: "How images are placed in the new folder")
  }

  static func sourceFormat(_ path: Path<DatasetFormat?>) -> Option {
    .value(
      "from", path, unit: "format", unset: "detected", help: "Format of the dataset")
  }

  static func skipInvalid(_ path: Path<Bool>) -> Option {
    .flag(
      "skip-invalid", path,
      help: "Skip and list labels that cannot be parsed instead of ending with exit code 4")
  }

  static func splits(_ path: Path<[String]>, help: String) -> Option {
    .values(
      "split", path, unit: "name", unset: "all",
      help: help)
  }
}
