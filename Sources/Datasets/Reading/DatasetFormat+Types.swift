import Basics

/// The reader and the writer of each format.
extension DatasetFormat {
  private var types: (reader: any FormatReader.Type, writer: any FormatWriter.Type) {
    switch self {
    case .voc: (VOCReader.self, VOCWriter.self)
    case .yolo: (YOLOReader.self, YOLOWriter.self)
    case .coco: (COCOReader.self, COCOWriter.self)
    case .createml: (CreateMLReader.self, CreateMLWriter.self)
    case .labelme: (LabelMeReader.self, LabelMeWriter.self)
    case .folders: (ClassFolderReader.self, ClassFolderWriter.self)
    case .masks: (MaskFolderReader.self, MaskFolderWriter.self)
    }
  }

  var reader: any FormatReader.Type { types.reader }
  var writer: any FormatWriter.Type { types.writer }

  /// A file that is certainly no label file although it should be one: the path itself, or a JSON or
  /// XML file in the folder or a subfolder; nil if there is none.
  private static func unreadableLabels(at path: String) -> (path: String, kind: String)? {
    var files = [path]
    if FileContents.entry(path) == .folder {
      files = ([path] + ImageFolder.folders(in: path).paths.prefix(20)).flatMap { folder in
        ImageFolder.files(directlyIn: folder, endings: "json", "xml").prefix(20)
      }
    }
    for file in files {
      // A device may never end.
      guard FileStamp(file) != nil else { continue }
      let head = try? FileContents.read(file, prefix: FileKind.prefix, limit: .max).bytes
      if let kind = head.flatMap({ FileKind.nameUnlessText(of: $0) }) { return (file, kind) }
    }
    return nil
  }

  /// The files of a dataset, as a noun with its article.
  package var appearance: String { reader.appearance }

  /// What is at a path without a dataset: "a folder of 8 images without labels".
  private static func content(of path: String) -> String {
    guard FileContents.entry(path) == .folder else { return "a file" }
    var issues: [DatasetIssue] = []
    let images = ImageFolder.files(below: [path], issues: &issues, where: FilePath.isImage)
    return images.isEmpty
      ? "a folder without images"
      : "a folder of \(Sentence.count(images.count, "image")) without labels"
  }

  /// Determines the format of a dataset from its file and folder names.
  ///
  /// - Parameter given: The format, if known; it is returned unchanged.
  /// - Throws: `DatasetsError` if the path does not exist, or if no format or more than one fits.
  public static func sniff(
    _ path: String, unless given: DatasetFormat? = nil
  ) throws(DatasetsError) -> DatasetFormat {
    try sniff(path, unless: given, prefersMasks: false)
  }

  /// The same.
  ///
  /// - Parameter prefersMasks: Whether masks are chosen where another format fits, too, as
  ///   segmentation needs it. If not, Pascal VOC is chosen where annotation files lie beside its masks.
  package static func sniff(
    _ path: String, unless given: DatasetFormat? = nil, prefersMasks: Bool
  ) throws(DatasetsError) -> DatasetFormat {
    if FileContents.entry(path) == .nothing { throw .missing(path) }
    if let given { return given }
    var fitting = allCases.filter { $0.reader.recognizes(path) }
    // Every format has image folders: `folders` counts only if no other format fits.
    if fitting.count > 1 { fitting.removeAll { $0 == .folders } }
    if fitting.count > 1, fitting.contains(.masks) {
      if prefersMasks { return .masks }
      if MaskFolderReader.isVOC(path) { fitting.removeAll { $0 == .masks } }
    }
    if fitting.isEmpty || fitting == [.folders], let (file, kind) = unreadableLabels(at: path) {
      throw DatasetsError(
        file: file,
        "a dataset is expected, but it is \(kind)."
          + (fitting.isEmpty
            ? "" : " A dataset of one folder per class is read with --format folders (--from)."))
    }
    if fitting.count == 1 { return fitting[0] }
    if fitting.isEmpty {
      throw DatasetsError(
        file: path,
        "no dataset is recognized here, \(content(of: path)); supported are "
          + "\(Sentence.alternatives(allCases.map(\.rawValue))), whose files 'glimpse check --help' "
          + "describes.")
    }
    let names = fitting.map(\.rawValue).joined(separator: " and ")
    let found = fitting.map { format in
      "\(format.rawValue): \(format.reader.evidence(in: path).joined(separator: ", "))"
    }
    throw DatasetsError(
      file: path,
      "this fits both \(names); give the data.yaml or the annotation file instead of the folder, or "
        + "the format (--from, --format). Found \(found.joined(separator: "; "))."
    )
  }
}
