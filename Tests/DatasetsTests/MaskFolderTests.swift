import TestSupport
import Imaging
import Testing

@testable import Datasets

/// Which mask is which image's.
struct MaskFolderTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func write(_ names: String...) throws {
    for (place, name) in names.enumerated() {
      try folder.write(
        ImageFile.encode(
          Image(width: 20, height: 10, filledWith: UInt8(20 + place)),
          as: Codec(path: name) ?? .png), to: name)
    }
  }

  private func open() throws -> Dataset { try Dataset.open(path: folder.path, split: "train") }

  private func told(_ data: Dataset) -> [String] {
    data.issues.map { "\($0.kind) \($0.file.dropFirst(folder.path.count + 1))" }
  }

  /// Of an image's masks the PNG is read, as a JPEG blurs class numbers, and of two PNGs the one of
  /// the same name.
  @Test func ofSeveralMasksAllButOneAreTold() throws {
    try write(
      "images/a.jpg", "masks/a.jpg", "masks/a.png", "images/b.jpg", "masks/b.png",
      "masks/b_mask.png")
    let data = try open()
    #expect(
      data.samples.compactMap(\.maskPath) == [
        folder.path("masks/a.png"), folder.path("masks/b.png"),
      ])
    #expect(told(data) == ["duplicateEntry masks/a.jpg", "duplicateEntry masks/b_mask.png"])
  }

  /// TIFF keeps class numbers as PNG does: such a mask is read before a JPEG, and a folder "labels"
  /// that holds nothing else is a folder of masks.
  @Test func masksMayBeTIFF() throws {
    try write("images/a.jpg", "labels/a.tif", "images/b.tif", "labels/b.tif")
    let data = try open()
    #expect(
      data.samples.map(\.maskPath) == [folder.path("labels/a.tif"), folder.path("labels/b.tif")])
    try write("masks/a.jpg", "masks/a.tif")
    #expect(try open().samples.map(\.maskPath) == [folder.path("masks/a.tif")])
  }

  @Test func aImageThatIsListedTwiceHasItsMask() throws {
    try write("images/a.jpg", "masks/a.png", "images/b.jpg", "masks/b.png", "masks/stray.png")
    try folder.write("a\na\n", to: "train.txt")
    let data = try open()
    #expect(data.samples.map(\.maskPath) == [folder.path("masks/a.png")])
    // The mask of b belongs to an image, though not of this split.
    #expect(told(data) == ["orphanedLabels masks/stray.png", "duplicateEntry images/a.jpg"])
  }

  /// `a_mask.png` may be the mask of `a` or of an image `a_mask`; no mask is that of two images.
  @Test func aMaskIsThatOfOneImage() throws {
    try write(
      "images/a.png", "images/a.jpg", "images/a_mask.png", "masks/a_mask.png", "images/b.jpg",
      "images/b.png", "masks/b.png")
    let data = try open()
    #expect(
      data.samples.map { $0.imagePath.dropFirst(folder.path.count + 1) } == [
        "images/a_mask.png", "images/b.jpg",
      ])
    #expect(
      told(data) == [
        "missingLabels images/a.jpg", "missingLabels images/a.png", "missingLabels images/b.png",
      ])
    #expect(data.issues.last?.message.contains("belongs to") == true)
  }
}
