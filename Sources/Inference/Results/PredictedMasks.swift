import Basics
import Datasets
import Imaging

/// A folder of predicted masks, matched with a ground truth by the names of the files.
package struct PredictedMasks: Sendable {
  /// The planes of an image: 8-bit gray, 0 for the background, 1 for the first class and so on.
  package struct Planes: Sendable {
    /// The ground truth, 255 where it is ignored; nil if its file cannot be read.
    package var groundTruth: Image?
    /// The prediction; all background without a usable file.
    package var predicted: Image
    /// What is wrong with the files.
    package var mismatches = ConsistencyIssues()
  }

  private let groundTruth: MaskGroundTruth
  private let folder: PlainMaskFolder
  /// The file of each entry of the ground truth; nil without one.
  private var files: [PlainMaskFolder.Mask?]
  /// Maps the class numbers of files to class indices; nil if they are those of the ground truth.
  private let classIndices: [Int?]?
  /// Predictions without ground truth, and entries without prediction.
  package private(set) var mismatches = ConsistencyIssues()

  /// Lists the folder and matches its files by their paths without file extension, or by their names
  /// where these are unique; `_mask` at the end of a name does not count.
  ///
  /// - Throws: `DatasetsError` for a folder that cannot be listed, and an invalid class list.
  package init(_ path: String, for groundTruth: MaskGroundTruth) throws(DatasetsError) {
    self.groundTruth = groundTruth
    folder = try PlainMaskFolder(path)
    let known = Dictionary(
      groundTruth.classNames.enumerated().map { ($0.element, $0.offset) },
      uniquingKeysWith: { first, _ in first })
    classIndices = folder.classNames.flatMap { names in
      names == groundTruth.classNames ? nil : names.map { known[$0] }
    }
    files = [PlainMaskFolder.Mask?](repeating: nil, count: groundTruth.entries.count)
    for issue in folder.issues { mismatches.add(.invalidMask, "\(issue.file): \(issue.message)") }
    for file in folder.duplicates {
      mismatches.add(.duplicate, "\(file): another file has its name and is read instead")
    }
    for (name, place) in zip(folder.classNames ?? [], classIndices ?? []) where place == nil {
      mismatches.add(
        .unknownClass, "\(path): the class \"\(name)\" of its list is not in \(groundTruth.path)")
    }
    let places = Self.places(of: groundTruth.entries.map(\.stem))
    for mask in folder.masks {
      let found = Self.spellings(of: mask.name).lazy.compactMap({ places[$0] }).first
      guard let place = found, place >= 0 else {
        mismatches.add(
          .unknownImage,
          "\(mask.path): \(found == nil ? "no mask" : "more than one mask") of this name is in "
            + groundTruth.path)
        continue
      }
      if let other = files[place] {
        mismatches.add(.duplicate, "\(mask.path): it is of the same image as \(other.path)")
      } else {
        files[place] = mask
      }
    }
    for (entry, file) in zip(groundTruth.entries, files) where file == nil {
      mismatches.add(.missingMask, "\(entry.name): \(path) holds no mask of this name")
    }
  }

  /// Indices of names by all their spellings; -1 for an ambiguous one.
  private static func places(of names: [String]) -> [String: Int] {
    var places: [String: Int] = [:]
    for (index, name) in names.enumerated() {
      for spelling in Set(spellings(of: name)) {
        places[spelling] = places[spelling] == nil ? index : -1
      }
    }
    // A full path is never ambiguous.
    for (index, name) in names.enumerated() { places[name] = index }
    return places
  }

  /// The spellings by which a name is found, the most specific one first.
  private static func spellings(of name: String) -> [String] {
    [name, FilePath.name(name)].flatMap { name in
      name.hasSuffix("_mask") ? [name, String(name.dropLast(5))] : [name]
    }
  }

  /// Decodes the files of an entry, given by its index. May run on several threads at once.
  package func planes(of index: Int) -> Planes {
    let entry = groundTruth.entries[index]
    var planes = Planes(
      predicted: Image(
        width: entry.sample.imageWidth, height: entry.sample.imageHeight, format: .gray8))
    let classCount = groundTruth.classNames.count
    do throws(DatasetIssue) {
      planes.groundTruth = try ClassMaskFile(of: entry.sample, classCount: classCount)?.plane()
    } catch {
      planes.mismatches.add(error)
    }
    guard let file = files[index] else { return planes }
    var sample = entry.sample
    sample.maskPath = file.path
    if folder.classNames != nil || sample.maskEncoding == .objectFiles {
      sample.maskEncoding = folder.encoding
    }
    sample.maskClassIndices = classIndices
    sample.objectMaskPath = nil
    do throws(DatasetIssue) {
      guard let mask = ClassMaskFile(of: sample, classCount: classCount) else { return planes }
      let found = try mask.planes()
      try Self.checkValues(found, file.path)
      planes.predicted = found.classes
    } catch {
      planes.mismatches.add(error)
    }
    return planes
  }

  /// Throws for numbers above 1 in an 8-bit mask of one class. In the ground truth they number
  /// objects, but in a prediction they are probably classes that the ground truth does not have.
  private static func checkValues(_ planes: MaskPlanes, _ path: String) throws(DatasetIssue) {
    guard let objects = planes.objects, let header = try? ImageFile.information(path),
      header.format.bitDepth == 8
    else { return }
    let place = objects.withNumbers { numbers in numbers.firstIndex { $0 > 1 } }
    guard let place else { return }
    let value = objects.withNumbers { $0[place] }
    throw DatasetIssue(
      .unknownClass, path,
      "the mask has the number \(value) at pixel (\(place % objects.width), "
        + "\(place / objects.width)), but there is one class: 0 and 1, or 0 and 255, are expected.")
  }
}

extension ConsistencyIssues {
  /// Adds an issue of a mask file.
  fileprivate mutating func add(_ issue: DatasetIssue) {
    let kind: Kind =
      switch issue.kind {
      case .sizeMismatch: .otherSize
      case .unknownClass: .unknownClass
      default: .invalidMask
      }
    add(kind, "\(issue.file): \(issue.message)")
  }
}
