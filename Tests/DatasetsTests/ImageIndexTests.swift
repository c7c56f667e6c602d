import TestSupport
@testable import Basics
import Foundation
import Imaging
import Testing

@testable import Datasets

/// The index of image facts and its file.
struct ImageIndexTests {
  private let folder: TestFolder
  private var cache: String { folder.path("cache") }
  private var data: String { folder.path("data") }

  init() throws {
    folder = try TestFolder()
    try folder.writeImage("data/a.png", width: 20, height: 10)
    try folder.writeImage("data/b.png", width: 7, height: 9)
  }

  private func index() -> ImageIndex { ImageIndex(for: data, in: cache) }

  /// Lets so much time pass that a change of the files would show in their times.
  private func settle() async throws { try await Task.sleep(for: .seconds(2.2)) }

  /// Changes the stored width of all images, so that a use of the record shows.
  private func widen(_ index: ImageIndex, to width: Int) throws {
    let file = try #require(index.file)
    var entries = try #require(ImageIndex.read(file))
    for key in entries.keys { entries[key]?.record.width = width }
    ImageIndex.write(ImageIndex.Stored(entries: entries), to: file)
  }

  @Test func whatIsKeptIsUsedUntilTheFileChanges() async throws {
    try await settle()
    let first = index()
    #expect(try first.record(of: "\(data)/a.png").width == 20)
    #expect(try first.record(of: "\(data)/b.png", decodes: true).content != nil)
    first.save()
    try widen(first, to: 99)
    let second = index()
    #expect(try second.record(of: "\(data)/a.png").width == 99)
    // The content of b is kept, that of a is not and makes it be read.
    #expect(try second.record(of: "\(data)/b.png", decodes: true).width == 99)
    #expect(try second.record(of: "\(data)/a.png", decodes: true).width == 20)
    // Other content of the same size, with the old time put back as rsync and tar do.
    let stamp = try #require(FileStamp("\(data)/b.png"))
    let old = try FileManager.default.attributesOfItem(atPath: "\(data)/b.png")
    try folder.writeImage("data/b.png", width: 7, height: 9, gray: 51)
    try FileManager.default.setAttributes(
      [.modificationDate: old[.modificationDate] ?? Date()], ofItemAtPath: "\(data)/b.png")
    #expect(FileStamp("\(data)/b.png")?.size == stamp.size)
    #expect(try index().record(of: "\(data)/b.png").width == 7)
  }

  @Test func filesWrittenAMomentAgoAreNotKept() throws {
    let first = index()
    _ = try first.record(of: "\(data)/a.png")
    first.save()
    #expect(first.file.map { FileManager.default.fileExists(atPath: $0) } == false)
    let stamp = FileStamp(
      size: 1, modified: 5_000_000_000, changed: 6_000_000_000, inode: 1, device: 1)
    #expect(!stamp.isSettled(now: 8_000_000_000) && stamp.isSettled(now: 8_000_000_001))
    // A clock that went back tells nothing.
    #expect(!stamp.isSettled(now: 4_000_000_000))
  }

  @Test func damagedIndexesAreRebuilt() async throws {
    try await settle()
    let first = index()
    _ = try first.record(of: "\(data)/a.png", decodes: true)
    first.save()
    let file = try #require(first.file)
    let sound = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    #expect(ImageIndex.read(file)?.count == 1)
    // What ends early is refused; what has a wrong byte is refused or read, and never ends the process.
    for place in stride(from: 0, to: sound.count, by: 7) {
      try Data(sound[..<place]).write(to: URL(fileURLWithPath: file))
      #expect(ImageIndex.read(file) == nil)
      var bytes = sound
      bytes[place] ^= 0x20
      try Data(bytes).write(to: URL(fileURLWithPath: file))
      _ = ImageIndex.read(file)
    }
    let broken = [
      "rubbish", #"{"version": 1, "entries": {}}"#,
      String(decoding: sound, as: UTF8.self)
        .replacing(/"thumbnail":"[^"]*"/, with: #""thumbnail":"AAAA""#),
    ]
    for text in broken {
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
      #expect(ImageIndex.read(file) == nil)
      let second = index()
      #expect(try second.record(of: "\(data)/a.png").width == 20)
      second.save()
      #expect(ImageIndex.read(file)?.count == 1)
    }
    // Sizes that no image has are not used.
    try widen(first, to: -1)
    #expect(ImageIndex.read(file)?.isEmpty == true)
  }

  @Test func entriesOfRemovedFilesAreRemoved() async throws {
    try await settle()
    let first = index()
    _ = try first.record(of: "\(data)/a.png")
    first.save()
    let file = try #require(first.file)
    try FileManager.default.removeItem(atPath: "\(data)/a.png")
    let second = index()
    _ = try second.record(of: "\(data)/b.png")
    second.save()
    #expect(ImageIndex.read(file)?.values.map(\.record.width) == [7])
  }

  @Test func entriesSurviveTheirFile() throws {
    // Every field has a value of its own; the second has no content.
    let content = ImageContent(
      bytes: Fingerprint(rawValue: 1), pixels: Fingerprint(rawValue: .max),
      signature: ImageSignature(hash: .max - 5, thumbnail: (0...255).map { UInt8($0) }),
      warnings: ["one", "zwölf"])
    let entries = [
      "/a": ImageIndex.Entry(
        stamp: FileStamp(size: 10, modified: -11, changed: 12, inode: .max, device: 25),
        record: ImageRecord(
          byteCount: 10, width: 14, height: 15, orientation: .lyingRight, codec: .png,
          content: content)),
      "/b/ö.jpg": ImageIndex.Entry(
        stamp: FileStamp(size: 18, modified: 19, changed: 20, inode: 21, device: .max),
        record: ImageRecord(
          byteCount: 18, width: 23, height: 24, orientation: .upright, codec: .jpeg)),
    ]
    ImageIndex.write(ImageIndex.Stored(entries: entries), to: "\(cache)/file.json")
    #expect(ImageIndex.read("\(cache)/file.json") == entries)
  }

  @Test func nothingIsKeptInsideOfTheData() throws {
    #expect(ImageIndex(for: data, in: "\(data)/.cache").file == nil)
    #expect(ImageIndex(for: data, in: data).file == nil)
    #expect(ImageIndex(for: data, in: nil).file == nil)
    #expect(ImageIndex(for: data, in: data + "-cache").file != nil)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: data)
    #expect(ImageIndex(for: data, in: folder.path("link")).file == nil)
    // A file stands for its folder, so that all ways to open a dataset share an index.
    #expect(ImageIndex(for: "\(data)/a.png", in: cache).file == index().file)
  }

  /// A description may say that its dataset lies elsewhere, and a list that single images do.
  @Test(arguments: ["set", "set/cache", "else/where/cache", "lists", "free"])
  func nothingIsKeptWhereADescriptionLeads(cache: String) async throws {
    try folder.writeImage("set/images/train/a.png")
    try folder.writeImage("else/where/b.png")
    for name in ["set/labels/train/a.txt", "else/where/b.txt"] {
      try folder.write("0 .5 .5 .5 .5\n", to: name)
    }
    try folder.write(folder.path("else/where/b.png"), to: "set/list.txt")
    let yaml = "path: ..\ntrain: [images/train, list.txt]\nnames: [cat]\n"
    try folder.write(yaml, to: "set/lists/data.yaml")
    try await settle()
    let path = folder.path("set/lists/data.yaml")
    let cache = cache == "lists" ? "set/lists/cache" : cache
    let index = ImageIndex(for: path, in: folder.path(cache))
    let data = try Dataset.open(
      path: path, split: "train", reading: DatasetReading(images: index))
    index.save()
    #expect(data.samples.count == 2 && (index.file != nil) == (cache == "free"))
    #expect(FileManager.default.fileExists(atPath: folder.path("free")) == (cache == "free"))
    let files = try #require(FileManager.default.subpaths(atPath: folder.path))
    #expect(files.count { $0.contains("images-") } == (cache == "free" ? 1 : 0))
  }

  @Test func aFileOfAnotherDiskIsAnother() throws {
    let stamp = try #require(FileStamp("\(data)/a.png"))
    let other = FileStamp(
      size: stamp.size, modified: stamp.modified, changed: stamp.changed, inode: stamp.inode,
      device: stamp.device &+ 1)
    #expect(FileStamp("\(data)/a.png") == stamp && other != stamp)
  }

  @Test func aFolderThatCannotBeWrittenIsNoFault() async throws {
    try await settle()
    try folder.write("a file", to: "blocked")
    let index = ImageIndex(for: data, in: folder.path("blocked"))
    #expect(try index.record(of: "\(data)/a.png").height == 10)
    index.save()
    #expect(try String(contentsOfFile: folder.path("blocked"), encoding: .utf8) == "a file")
  }

  @Test func onlyRegularFilesAreOpened() throws {
    mkfifo("\(data)/pipe.jpg", 0o600)
    symlink("/dev/zero", "\(data)/zero.jpg")
    symlink("loop.jpg", "\(data)/loop.jpg")
    for name in ["pipe.jpg", "zero.jpg", "loop.jpg", "none.jpg", "."] {
      #expect(throws: ImagingError.self) { try index().record(of: "\(data)/\(name)") }
    }
  }

  /// Orientations 5 to 8 swap width and height (Exif 2.3, section 4.6.4): all are 240 x 160 upright.
  @Test(arguments: 1...8)
  func orientationIsAFact(value: Int) throws {
    let (width, height) = value < 5 ? (240, 160) : (160, 240)
    let image = Image(width: width, height: height, format: .rgb8)
    let jpeg = try ImageFile.encode(image, as: .jpeg)
    let path = "\(data)/turned.jpg"
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    try Data(jpeg.prefix(2) + BrokenPack.exif(orientation: UInt8(value)) + jpeg.dropFirst(2))
      .write(to: URL(fileURLWithPath: path))
    let record = try index().record(of: path, decodes: true)
    #expect(record.width == 240 && record.height == 160 && record.codec == .jpeg)
    #expect(record.storedWidth == width && record.storedHeight == height)
    #expect(record.orientation.rawValue == value)
    #expect(record.orientation.swapsSides == (value >= 5))
  }
}
