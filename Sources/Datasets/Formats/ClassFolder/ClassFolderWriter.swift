/// Writes one folder of images per class: `SPLIT/CLASS/NAME`.
struct ClassFolderWriter: FormatWriter {
  static let holds: FormatCapabilities = [.imageClasses]

  let classNames: [String]
  let splits: [String]

  func imagePath(_ name: String, of sample: Sample, split: String) -> String {
    let folder = sample.imageClass.map { classNames[$0] } ?? ""
    return "\(split)/\(folder)/\(name)"
  }

  mutating func add(
    _ sample: Sample, name: String, split: String
  ) throws(DatasetsError) -> [WrittenFile] {
    guard let index = sample.imageClass else {
      throw DatasetsError(
        file: sample.imagePath,
        "the image has no class of its own, which decides its folder; choose another format.")
    }
    guard !classNames[index].contains("/"), ![".", ".."].contains(classNames[index]) else {
      throw DatasetsError(
        file: sample.imagePath, "the class \"\(classNames[index])\" cannot be the name of a folder."
      )
    }
    return []
  }

  func description() -> [WrittenFile] { [classList(classNames)] }
}
