import Basics

/// The list of formats.
extension DatasetFormat {
  var reader: any FormatReader.Type {
    switch self {
    case .voc: VOCReader.self
    case .yolo: YOLOReader.self
    case .coco: COCOReader.self
    case .createml: CreateMLReader.self
    case .labelme: LabelMeReader.self
    case .folders: ClassFolderReader.self
    case .masks: MaskFolderReader.self
    }
  }

  var writer: any FormatWriter.Type {
    switch self {
    case .voc: VOCWriter.self
    case .yolo: YOLOWriter.self
    case .coco: COCOWriter.self
    case .createml: CreateMLWriter.self
    case .labelme: LabelMeWriter.self
    case .folders: ClassFolderWriter.self
    case .masks: MaskFolderWriter.self
    }
  }

  /// Determines the format of a dataset from its file and folder names.
  ///
  /// - Throws: `DatasetsError` where nothing is there, no format fits, or more than one.
  package static func sniff(_ path: String) throws(DatasetsError) -> DatasetFormat {
    if FileContents.entry(path) == .nothing {
      throw DatasetsError(file: path, "there is no file or folder of this name.")
    }
    var fitting = allCases.filter { $0.reader.recognizes(path) }
    // Folders of images are a part of every format: they count only where no other format fits.
    if fitting.count > 1 { fitting.removeAll { $0 == .folders } }
    if fitting.count == 1 { return fitting[0] }
    if fitting.isEmpty {
      let known = allCases.map { "\($0.rawValue) (\($0.reader.appearance))" }
      throw DatasetsError(
        file: path,
        "no dataset is recognized here; supported formats: \(known.joined(separator: "; "))."
      )
    }
    let names = fitting.map(\.rawValue).joined(separator: " and ")
    throw DatasetsError(
      file: path,
      "this fits both \(names); give the data.yaml or the annotation file instead of the folder."
    )
  }
}
