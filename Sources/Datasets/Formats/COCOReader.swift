import Foundation
import Imaging

/// Reads COCO's annotation files: one of them, or a folder that has one for each split.
///
/// Understood are COCO's own folders, `annotations/instances_train2017.json` beside `train2017/`, and
/// those of Roboflow, `train/_annotations.coco.json` with the pictures beside it. No picture is
/// looked for outside of the data set's folder. Source: "Data format" of cocodataset.org.
struct COCOReader: FormatReader {
  static let appearance =
    "an annotation file .json, or a folder with annotations/instances_train*.json or "
    + "train/_annotations.coco.json"

  /// The folder that all pictures lie below.
  private let root: String
  /// The annotation files of each split; more than one where it is not clear which is meant.
  private let files: [String: [String]]
  let splits: [String]

  static func recognizes(_ path: String) -> Bool {
    switch FileContents.entry(path) {
    case .nothing: false
    case .file: FilePath.ending(path) == "json"
    case .folder: !annotationFiles(in: path).isEmpty
    }
  }

  init(path: String) throws(DatasetsError) {
    if FileContents.entry(path) == .file {
      let home = FilePath.folder(path)
      let homeName = URL(fileURLWithPath: home).standardizedFileURL.lastPathComponent
      let names = [Self.split(ofFile: FilePath.name(path)), Self.split(ofFolder: homeName)]
      root = homeName == "annotations" ? FilePath.join(home, "..") : home
      files = [names.compactMap { $0 }.first ?? "train": [path]]
    } else {
      root = path
      files = Self.annotationFiles(in: path)
    }
    splits = SplitName.sorted(Set(files.keys))
    if splits.isEmpty {
      throw DatasetsError(file: path, "a COCO data set is \(Self.appearance).")
    }
  }

  /// The annotation files in a folder, by split.
  private static func annotationFiles(in root: String) -> [String: [String]] {
    var files: [String: [String]] = [:]
    let folder = FilePath.join(root, "annotations")
    for name in (try? FileContents.names(in: folder)) ?? [] where FilePath.ending(name) == "json" {
      if let split = split(ofFile: name) {
        files[split, default: []].append(FilePath.join(folder, name))
      }
    }
    let places = SplitName.usual.flatMap { split in
      SplitName.spellings(split).map { (split, FilePath.join(root, $0)) }
    }
    for (split, folder) in places + [("train", root)] {
      let path = FilePath.join(folder, "_annotations.coco.json")
      if FileContents.entry(path) == .file { files[split, default: []].append(path) }
    }
    return files
  }

  /// The split that a file's name begins with: `val` for `instances_val2017.json` and `val.json`,
  /// but none for `captions_val2017.json` and `trainval.json`.
  private static func split(ofFile name: String) -> String? {
    let word = subject(ofFile: name).lowercased().prefix { $0.isLetter }
    return split(ofFolder: String(word))
  }

  private static func split(ofFolder name: String) -> String? {
    let split = SplitName.canonical(name)
    return SplitName.usual.contains(split) ? split : nil
  }

  /// What a file is about, as COCO names folders: `val2017` for `instances_val2017.json`.
  private static func subject(ofFile name: String) -> String {
    let stem = FilePath.stem(name)
    return stem.hasPrefix("instances_") ? String(stem.dropFirst("instances_".count)) : stem
  }

  /// The one annotation file of a split.
  func annotationFile(of split: String) throws(DatasetsError) -> String {
    let found = files[split] ?? []
    guard let first = found.first else {
      throw DatasetsError(
        file: root,
        "there is no split \"\(split)\"; there is "
          + splits.map { "\"\($0)\"" }.joined(separator: ", ") + ".")
    }
    guard found.count == 1 else {
      throw DatasetsError(
        file: root,
        "the split \"\(split)\" has several annotation files, "
          + found.map { FilePath.name($0) }.joined(separator: " and ")
          + "; name one of them instead of the folder.")
    }
    return first
  }

  func read(split: String, classNames: [String]?) throws(DatasetsError) -> RawDataset {
    let path = try annotationFile(of: split)
    let file = try COCOTruthFile(path, readsMasks: false)
    let truth = try file.truthSet()
    var problems = Self.problems(of: truth)
    let classes = Classes(ids: file.categoryIds, truth: truth, problems: &problems)
    if classes.names.isEmpty {
      throw DatasetsError(file: path, "the list \"categories\" is empty; it names the classes.")
    }
    var objects = [[RawObject]](repeating: [], count: truth.images.count)
    for row in 0..<truth.truths.count {
      objects[Int(truth.truths.images[row])].append(
        RawObject(
          classIndex: classes.indices[Int(truth.truths.classes[row])],
          extent: .stated(
            StatedExtent(box: truth.truths.boxes[row], area: truth.truths.areas[row])),
          isCrowd: truth.truths.traits[row].contains(.crowd)))
    }
    let folders = pictureFolders(of: path, split: split)
    var pictures: [RawPicture] = []
    for (picture, objects) in zip(truth.images, objects) {
      guard !picture.leadsOutside else {
        problems.append(
          DatasetProblem(
            kind: .pathOutside, file: path,
            message: "the file_name \"\(picture.name)\" leads out of the data set's folder; the "
              + "picture is left out. Names are expected relative to the folder of pictures."))
        continue
      }
      pictures.append(
        RawPicture(
          imagePath: Self.place(of: picture.name, in: folders), labelPath: path,
          statedSize: picture.width > 0 && picture.height > 0
            ? (picture.width, picture.height) : nil,
          objects: objects))
    }
    return RawDataset(classNames: classes.names, pictures: pictures, problems: problems)
  }

  /// The classes in the order of the file; categories of one name are one class.
  private struct Classes {
    var names: [String] = []
    /// For each class of the truth, which go by id, its index in `names`.
    var indices: [Int]

    init(ids: [Int], truth: TruthSet, problems: inout [DatasetProblem]) {
      indices = [Int](repeating: -1, count: truth.classNames.count)
      var places: [String: Int] = [:]
      for id in ids {
        guard let index = truth.classIds[id], indices[index] < 0 else { continue }
        let name = truth.classNames[index]
        if let place = places[name] {
          indices[index] = place
          problems.append(
            DatasetProblem(
              kind: .duplicateEntry, file: truth.path,
              message: "category \(id) is named \"\(name)\" like one before it; both are taken for "
                + "one class."))
        } else {
          places[name] = names.count
          indices[index] = names.count
          names.append(name)
        }
      }
    }
  }

  // MARK: Pictures

  /// The folders where a file's pictures may lie, those that there are; else the first of them.
  private func pictureFolders(of path: String, split: String) -> [String] {
    let names = [Self.subject(ofFile: FilePath.name(path))] + SplitName.spellings(split)
    var folders = names.filter { Self.staysInside($0) }.flatMap { ["\($0)", "images/\($0)"] }
    folders += ["images", "data", "."]
    let paths = folders.map { FilePath.join(root, $0) }
    let home = FilePath.folder(path)
    // Roboflow's pictures lie beside their file; one in `annotations` has them elsewhere.
    let all = FilePath.name(path).hasPrefix("_") ? [home] + paths : paths + [home]
    let existing = all.filter { FileContents.entry($0) == .folder }
    return existing.isEmpty ? [root] : existing
  }

  /// Where a picture lies: by its name in the file or, where folders were moved, the last part of it.
  private static func place(of name: String, in folders: [String]) -> String {
    let names = name.contains("/") ? [name, FilePath.name(name)] : [name]
    for name in names {
      for folder in folders {
        let path = FilePath.join(folder, name)
        if FileContents.entry(path) == .file { return path }
      }
    }
    return FilePath.join(folders[0], name)
  }

  /// Whether a name can only mean something below the folder that it is joined to.
  static func staysInside(_ name: String) -> Bool {
    !name.hasPrefix("/") && !name.utf8.contains(0)
      && !name.split(separator: "/").contains("..")
  }

  // MARK: Problems

  /// What a file contradicts itself in: the first sentences of each kind, the rest counted.
  private static func problems(of truth: TruthSet) -> [DatasetProblem] {
    var problems: [DatasetProblem] = []
    for mismatch in Mismatches.Kind.allCases {
      let kind: DatasetProblem.Kind
      let consequence: String
      switch mismatch {
      case .unknownImage, .unknownClass:
        (kind, consequence) = (.unlisted, "it is left out")
      case .impossibleBox: (kind, consequence) = (.boxWithoutArea, "it is left out")
      case .duplicate:
        (kind, consequence) = (
          .duplicateEntry, "of images and categories the first is taken, of annotations all"
        )
      // Seen again, and told, when the picture itself has been measured.
      case .boxOutsideImage, .otherSize: continue
      }
      let sentences = truth.mismatches.sentences(mismatch)
      problems += sentences.map {
        DatasetProblem(kind: kind, file: truth.path, message: "\($0); \(consequence).")
      }
      let rest = truth.mismatches.count(mismatch) - sentences.count
      if rest > 0 {
        problems.append(
          DatasetProblem(
            kind: kind, file: truth.path,
            message: "\(rest) more like these (\(mismatch.rawValue)); \(consequence)."))
      }
    }
    return problems
  }
}
