/// Reads folders of pictures that are called as the class of all pictures in them.
///
/// `train/cat/x.jpg`, or `cat/x.jpg` for a data set that is not split: the layout of torchvision's
/// ImageFolder and of Ultralytics' classification. Inside a class, folders may nest.
struct ClassFolderReader: FormatReader {
  static let appearance = "a folder of pictures for each class, as in train/cat/"

  let root: String
  private let folders: [String: String]
  let splits: [String]

  static func recognizes(_ path: String) -> Bool {
    guard FileContents.entry(path) == .folder else { return false }
    let splits = PictureFolder.splits(in: path)
    return (splits.isEmpty ? [path] : Array(splits.values)).allSatisfy { folder in
      let classes = PictureFolder.folders(in: folder)
      return !PictureFolder.hasPictures(folder)
        && classes.contains { PictureFolder.hasPictures($0) }
        && !classes.contains { holdsLabels($0) }
    }
  }

  /// Whether a folder is of a format that has label files, and not of pictures of a class.
  private static func holdsLabels(_ folder: String) -> Bool {
    let name = FilePath.name(folder).lowercased()
    if ["images", "labels", "masks", "annotations", "jpegimages", "imagesets"].contains(name) {
      return true
    }
    return (FileContents.listing(of: folder) ?? []).contains {
      ["txt", "xml", "json"].contains(FilePath.ending($0.name))
    }
  }

  init(path: String) throws(DatasetsError) {
    root = path
    let splits = PictureFolder.splits(in: path)
    folders = splits.isEmpty ? ["train": path] : splits
    self.splits = SplitName.sorted(Set(folders.keys))
    if folders.values.allSatisfy({ PictureFolder.folders(in: $0).isEmpty }) {
      throw DatasetsError(
        file: path, "there are no folders here, though \(Self.appearance) is expected.")
    }
  }

  /// The folders in a folder by the class that they are called as.
  private static func classes(in folder: String) -> [String: [String]] {
    Dictionary(grouping: PictureFolder.folders(in: folder)) { ClassList.name(FilePath.name($0)) }
  }

  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> RawDataset {
    guard let folder = folders[split] else {
      throw DatasetsError(file: root, "there is no split \"\(split)\".")
    }
    // A class may have no pictures in one of the splits, and has its place all the same.
    let names = ClassList.complete(
      try ClassList.listed(in: root),
      with: Set(folders.values.flatMap { Self.classes(in: $0).keys }))
    let places = Self.classes(in: folder)
    var data = RawDataset(classNames: names, pictures: [], problems: [])
    for (index, name) in names.enumerated() {
      for place in places[name] ?? [] {
        for picture in try PictureFolder.pictures(below: place) {
          data.pictures.append(
            RawPicture(imagePath: picture, labelPath: picture, objects: [], imageClass: index))
        }
      }
    }
    for stray in PictureFolder.pictures(directlyIn: folder).sorted(by: FileContents.isBefore) {
      data.problems.append(
        DatasetProblem(
          kind: .layout, file: stray,
          message: "the picture lies in no class's folder; it is left out."))
    }
    return data
  }
}
