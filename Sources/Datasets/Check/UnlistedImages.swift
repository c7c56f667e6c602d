import Basics
import Imaging

/// Finds images that lie where others of a dataset do, and that no label file lists.
enum UnlistedImages {
  /// An image by its folder, however that is reached, and its name.
  private struct Place: Hashable {
    let folder: FileContents.Identity
    let name: String
  }

  /// The images of all splits of a dataset that are not listed.
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
    // Images that cannot be read are listed, too: they have issues.
    let known = Set((listed + splits.flatMap { $0.issues.map(\.file) }).compactMap(place))
    let root = FileContents.identity(reader.root)
    let folders = Set(listed.map { FilePath.folder($0) }).sorted(by: FileContents.isBefore)
    // What else is in the root need not be images of the dataset.
    let (top, inner) = (
      folders.filter { FileContents.identity($0) == root },
      folders.filter { FileContents.entry($0) == .folder && FileContents.identity($0) != root }
    )
    var issues: [DatasetIssue] = []
    let direct = top.prefix(1).flatMap { ImageFolder.images(directlyIn: $0) }
      .sorted(by: FileContents.isBefore)
    let found =
      direct + ImageFolder.files(below: inner, issues: &issues, where: FilePath.isImage)
    for image in found {
      if let place = place(image), known.contains(place) { continue }
      issues.report(.unlabeledImage, image, "no label file lists the image; ignored.")
    }
    return issues
  }
}
