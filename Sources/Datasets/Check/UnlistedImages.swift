import Basics
import Imaging

/// Finds images in the dataset's image folders that no label file lists.
enum UnlistedImages {
  /// An image identified by its resolved folder and its file name.
  private struct Place: Hashable {
    let folder: FileContents.Identity
    let name: String
  }

  /// An issue for each image of the dataset that no split lists.
  static func issues(of splits: [Dataset], reader: any FormatReader) -> [DatasetIssue] {
    guard reader.listsAllImages else { return [] }
    let listed = splits.flatMap { $0.samples.map(\.imagePath) }
    var identities: [String: FileContents.Identity?] = [:]
    func place(_ path: String) -> Place? {
      let folder = FilePath.folder(path)
      let identity = identities[folder] ?? FileContents.identity(folder)
      identities[folder] = .some(identity)
      return identity.map { Place(folder: $0, name: FilePath.name(path)) }
    }
    // Unreadable images are listed too; they appear in the issues.
    let known = Set((listed + splits.flatMap { $0.issues.map(\.file) }).compactMap(place))
    let root = FileContents.identity(reader.root)
    let folders = Set(listed.map { FilePath.folder($0) }).sorted(by: FileContents.isBefore)
    // Other images in the root folder need not belong to the dataset.
    let (top, inner) = (
      folders.filter { FileContents.identity($0) == root },
      folders.filter { FileContents.entry($0) == .folder && FileContents.identity($0) != root }
    )
    var issues: [DatasetIssue] = []
    let direct = top.prefix(1).flatMap { ImageFolder.images(directlyIn: $0) }
      .sorted(by: FileContents.isBefore)
    let found =
      direct + ImageFolder.files(below: inner, issues: &issues, where: FilePath.isAnyImage)
    for image in found {
      if let place = place(image), known.contains(place) { continue }
      issues.report(.unlabeledImage, image, "no label file lists the image; ignored.")
    }
    return issues
  }
}
