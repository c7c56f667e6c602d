import Basics

/// The formats in which labeled images can lie on disk.
package enum DatasetFormat: String, CaseIterable, Sendable {
  /// Pascal VOC: one XML file an image in `Annotations/`, splits in `ImageSets/Main/`.
  case voc
  /// YOLO: one text file an image in `labels/`, described by `data.yaml` or by its folders.
  case yolo
  /// COCO: one JSON file a split, alone or in a folder with its images.
  case coco
  /// CreateML: one JSON file a split, a list of images.
  case createml
  /// LabelMe: one JSON file an image, beside it.
  case labelme
  /// A folder of images for each class.
  case folders
  /// A folder of images and one of masks.
  case masks

  /// The type that reads the format.
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

  /// The type that writes the format.
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

  /// Tells the format of a dataset from its file and folder names.
  ///
  /// - Throws: `DatasetsError` where nothing is there, no format fits, or more than one.
  package static func sniff(_ path: String) throws(DatasetsError) -> DatasetFormat {
    if FileContents.entry(path) == .nothing {
      throw DatasetsError(file: path, "there is no file or folder of this name.")
    }
    var fitting = allCases.filter { $0.reader.recognizes(path) }
    // Folders of images are a part of every format: they say something where nothing else does.
    if fitting.count > 1 { fitting.removeAll { $0 == .folders } }
    if fitting.count == 1 { return fitting[0] }
    if fitting.isEmpty {
      let known = allCases.map { "\($0.rawValue) (\($0.reader.appearance))" }
      throw DatasetsError(
        file: path, "no dataset is recognized here; known are \(known.joined(separator: "; "))."
      )
    }
    let names = fitting.map(\.rawValue).joined(separator: " and ")
    throw DatasetsError(
      file: path,
      "this looks like both \(names); name the data.yaml or the annotation file instead of the folder."
    )
  }
}
