import Basics
import Foundation
import TestSupport
import Testing

@testable import Inference

@Suite struct InputSourceTests {
  private let folder: TestFolder
  private var root: String { folder.path }

  init() throws {
    folder = try TestFolder()
  }

  /// All that a source gives.
  private struct Inputs {
    var items: [InputItem] = []
    var problems: [InferenceError]
    var warnings: [String]
    var paths: [String] { items.map(\.path) }
  }

  private func inputs(
    _ arguments: [String], input: String = "", column: String? = nil
  ) -> Inputs {
    var source = InputSource(
      arguments, column: column,
      standardInput: { ByteStream(name: "standard input", pieces: [Array(input.utf8)]) })
    var items: [InputItem] = []
    while let item = source.next() { items.append(item) }
    #expect(items.map(\.index) == Array(0..<items.count))
    #expect(source.knownCount == nil || source.knownCount == items.count)
    return Inputs(items: items, problems: source.problems, warnings: source.warnings)
  }

  private func paths(_ arguments: [String], input: String = "") -> [String] {
    inputs(arguments, input: input).paths
  }

  private func problems(_ arguments: [String], input: String = "") -> [String] {
    inputs(arguments, input: input).problems.map(\.description)
  }

  @Test func aFolderGivesItsImagesSorted() throws {
    for name in [
      "b.JPG", "a10.png", "a2.jpeg", "sub/c.Png", "notes.txt", "label.xml", ".hidden.jpg",
      ".cache/x.jpg", "Z.jpg", "noending", "old.jpe", "x.JFIF",
    ] { try folder.write(name) }
    let expected = ["Z.jpg", "a10.png", "a2.jpeg", "b.JPG", "old.jpe", "sub/c.Png", "x.JFIF"].map {
      "\(root)/\($0)"
    }
    #expect(paths([root]) == expected)
    #expect(paths([root + "/"]) == expected)
  }

  @Test func filesAreTakenWhateverTheirNameAndAsOftenAsGiven() throws {
    let image = try folder.write("image.dat")
    let other = try folder.write(".hidden.jpg")
    #expect(paths([image, other, image]) == [image, other, image])
  }

  @Test func linksAreFollowedButNotInCircles() throws {
    let image = try folder.write("real/a.jpg")
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: "\(root)/link", withDestinationPath: "\(root)/real")
    try manager.createSymbolicLink(atPath: "\(root)/real/loop", withDestinationPath: root)
    try manager.createSymbolicLink(atPath: "\(root)/dead.jpg", withDestinationPath: "/nowhere")
    // A link that leads nowhere fails when it is read.
    #expect(paths([root]) == ["\(root)/dead.jpg", "\(root)/link/a.jpg", image])
  }

  @Test func aListIsReadBesideItself() throws {
    let image = try folder.write("images/a.jpg")
    let list = try folder.write(
      "train.txt", "\u{20}images/a.jpg \r\n\n./images/a.jpg\n\(image)\nimages\nimages/gone.jpg")
    #expect(
      paths([list]) == [
        "\(root)/images/a.jpg", "\(root)/./images/a.jpg", image, "\(root)/images/a.jpg",
        "\(root)/images/gone.jpg",
      ])
  }

  @Test func aListMayBeRelativeToTheWorkingFolder() throws {
    // The tests run in the package's root or elsewhere: take a file that is there for certain.
    let here = FileManager.default.currentDirectoryPath
    let names = try FileManager.default.contentsOfDirectory(atPath: here)
    let file = try #require(
      names.first {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder)
          && !isFolder.boolValue
      })
    let list = try folder.write("list.TXT", file)
    #expect(paths([list]) == [file])
  }

  @Test func standardInputGivesPaths() throws {
    let image = try folder.write("a.jpg")
    #expect(paths(["-", image], input: "\(image)\n\ngone.jpg") == [image, "gone.jpg", image])
    #expect(problems(["-"], input: " ") == ["standard input holds no paths"])
  }

  @Test func whatLeadsToNoImageIsAProblem() throws {
    let image = try folder.write("a.jpg")
    func problem(_ argument: String) -> String {
      let alone = inputs([argument])
      // Beside another image it stops nothing.
      #expect(alone.paths.isEmpty && paths([argument, image]).last == image)
      return alone.problems.map(\.description).joined(separator: "|")
    }
    #expect(
      problem("\(root)/cat.jpg") == "\(root)/cat.jpg: there is no file or folder of this name")
    #expect(
      problem("0").hasPrefix(
        "0: there is no file or folder of this name; cameras are not read: pipe "))
    #expect(problem("https://x.org/a.jpg").contains("; addresses are not read: download the file"))
    try folder.write("empty/readme.md")
    #expect(
      problem("\(root)/empty")
        == "the folder '\(root)/empty' holds no images (.jpg, .jpeg, .jpe, .jfif, .png, .tif, "
        + ".tiff, .bmp, .dib, .ppm, .pgm, .pbm or .pnm)")
    let list = try folder.write("list.txt", "\n\n")
    #expect(problem(list) == "the list '\(list)' holds no paths")
  }

  /// A missing argument is a missing image where others are there, as a missing line of a list is.
  @Test func aMissingArgumentIsAMissingImage() throws {
    let image = try folder.write("a.jpg")
    let found = inputs(["\(root)/gone.jpg", image])
    #expect(found.paths == ["\(root)/gone.jpg", image] && found.problems.isEmpty)
  }

  @Test func otherFormatsOfAFolderAreCounted() throws {
    for name in ["mix/a.jpg", "mix/b.webp", "mix/sub/c.WEBP", "mix/d.gif", "mix/notes.md"] {
      try folder.write(name)
    }
    let mixed = inputs(["\(root)/mix"])
    #expect(mixed.paths == ["\(root)/mix/a.jpg"] && mixed.problems.isEmpty)
    #expect(
      mixed.warnings == [
        "the folder '\(root)/mix' also holds files of formats that cannot be read: 2 WebP (b.webp "
          + "and 1 more), 1 GIF (d.gif); convert them to JPEG or PNG"
      ])
    try folder.write("modern/a.avif")
    #expect(
      problems(["\(root)/modern"]) == [
        "the folder '\(root)/modern' holds only files of formats that cannot be read: 1 AVIF "
          + "(a.avif); convert them to JPEG or PNG"
      ])
  }

  /// LF, CR LF, CR and NUL (`find -print0`), each with and without an end of the last line, and after
  /// a UTF-8 byte order mark.
  @Test(arguments: ["\n", "\r\n", "\r", "\0"])
  func listsAreSeparatedInAnyWay(separator: String) throws {
    let expected = ["a.jpg", "b c.jpg", "d.jpg"].map { "\(root)/\($0)" }
    for text in [
      expected.joined(separator: separator), expected.joined(separator: separator) + separator,
    ] {
      for mark in ["", "\u{FEFF}"] {
        let list = try folder.write("list.txt", mark + text)
        #expect(paths([list]) == expected)
        #expect(paths(["-"], input: mark + text) == expected)
      }
    }
  }

  @Test func aNameMayHoldALineBreakWhereNULSeparates() {
    #expect(paths(["-"], input: "a\nb.jpg\0 c.jpg\0") == ["a\nb.jpg", " c.jpg"])
  }

  /// PowerShell's `>` writes UTF-16 with a byte-order mark; without one, zero bytes separate.
  @Test func listsInUTF16AreReadByTheirMark() throws {
    for (mark, encoding) in [
      ([0xFF, 0xFE], String.Encoding.utf16LittleEndian), ([0xFE, 0xFF], .utf16BigEndian),
    ] as [([UInt8], String.Encoding)] {
      let list = folder.path("wide.txt")
      let text = try #require("ä.jpg\r\nb.jpg\r\n".data(using: encoding))
      try Data(mark + text).write(to: URL(fileURLWithPath: list))
      #expect(paths([list]) == ["\(root)/ä.jpg", "\(root)/b.jpg"])
      try text.dropFirst(2).write(to: URL(fileURLWithPath: list))
      #expect(
        problems([list])
          == ["\(list): the file cannot be read: it is UTF-16; save the list as UTF-8"])
    }
  }

  /// Latin-1's e with an acute accent is the byte E9, which is no UTF-8.
  @Test func namesThatAreNotUTF8AreNamed() throws {
    let image = try folder.write("a.jpg")
    let list = folder.path("list.txt")
    try Data(Array("a.jpg\ncaf".utf8) + [0xE9] + Array(".jpg\n".utf8))
      .write(to: URL(fileURLWithPath: list))
    let found = inputs([list])
    // The entry is an input that fails in its turn.
    #expect(found.paths == [image, "\(list):2"] && found.problems.isEmpty)
    guard case .unusable(let error) = found.items[1].content else {
      Issue.record("\(found.items[1])")
      return
    }
    #expect(
      error.description == "\(list):2: the name 'caf\\xe9.jpg' is not UTF-8; rename the file")

    let name = Array("\(root)/caf".utf8CString.dropLast()) + [CChar(bitPattern: 0xE9)]
    for ending in [".jpg", ".txt"] {
      let file = open(name + Array(ending.utf8CString), O_CREAT | O_WRONLY, 0o600)
      try #require(file >= 0)
      close(file)
    }
    mkdir(name + [0], 0o700)
    #expect(
      problems([root])
        == ["caf\\xe9/", "caf\\xe9.jpg"].map {
          "the name '\(root)/\($0)' is not UTF-8; rename it"
        })
  }

  @Test func listsInCSVAndJSONLinesHaveIds() throws {
    let image = try folder.write("a b.jpg")
    // Quotes, a comma and a quote inside, CR LF, a row that is too short.
    let csv = try folder.write(
      "list.csv", "id,Filename,note\r\n7,\"a b.jpg\",\"x, \"\"y\"\"\"\r\n8\r\n9,gone.jpg,\r\n")
    let found = inputs([csv])
    #expect(found.paths == [image, "\(csv):3", "\(root)/gone.jpg"])
    #expect(found.items.map(\.id) == ["7", "\(csv):3", "9"])
    #expect(inputs([csv], column: "note").paths.first == "\(root)/x, \"y\"")
    #expect(
      inputs([csv], column: "uri").problems.map(\.description) == [
        "\(csv):1: the file cannot be read: it has no column 'uri', but 'id', 'Filename', 'note'; "
          + "name the one of the paths with --column"
      ])
    let lines = try folder.write(
      "list.jsonl", "{\"path\":\"a b.jpg\",\"id\":5}\n{\"file_name\":\"gone.jpg\"}\n[1]\n{}\n")
    let objects = inputs([lines])
    #expect(objects.paths == [image, "\(root)/gone.jpg", "\(lines):3", "\(lines):4"])
    #expect(objects.items.map(\.id).prefix(2) == ["5", "\(root)/gone.jpg"])
    // On standard input the first character tells.
    #expect(inputs(["-"], input: "{\"path\":\"x.png\"}\n").paths == ["x.png"])
  }

  @Test func patternsAreExpanded() throws {
    for name in ["p10.jpg", "p2.jpg", "q.png"] { try folder.write(name) }
    #expect(paths(["\(root)/p*.jpg"]) == ["\(root)/p10.jpg", "\(root)/p2.jpg"])
    let name = Array("\(root)/p\u{C3}".utf8CString.dropLast(2)) + Array(".jpg".utf8CString)
    let file = open(name.map { $0 }, O_CREAT | O_WRONLY, 0o600)
    try #require(file >= 0)
    close(file)
    // Of U+00C3's two bytes only the first: no UTF-8.
    let found = inputs(["\(root)/p*.jpg"])
    #expect(found.paths.count == 2 && found.problems.count == 1)
    #expect(found.problems[0].description.hasSuffix("is not UTF-8; rename it"))
    #expect(
      problems(["\(root)/z?.jpg"]) == ["no file matches the pattern '\(root)/z?.jpg'"])
  }

  /// Names of outputs keep the subfolders of a folder, and never leave their own.
  @Test func namesKeepSubfolders() throws {
    let image = try folder.write("in/sub/a.jpg")
    try folder.write("in/b.jpg")
    #expect(inputs(["\(root)/in"]).items.map(\.name) == ["b.jpg", "sub/a.jpg"])
    #expect(inputs([image]).items.map(\.name) == ["a.jpg"])
    #expect(
      inputs(["-"], input: "../x/y.jpg\n/abs/z.jpg\n").items.map(\.name) == ["x/y.jpg", "z.jpg"])
  }

  @Test func foldersOfResultsAreNoInputs() throws {
    let image = try folder.write("a.jpg")
    try folder.write("runs/detect-1/a.jpg")
    try folder.write("runs/detect-1/manifest.json", "{}")
    #expect(paths([root]) == [image])
    #expect(
      problems(["\(root)/runs/detect-1"]) == [
        "the folder '\(root)/runs/detect-1' holds results of an earlier run (manifest.json), which are "
          + "not read as inputs"
      ])
  }

  /// Two lines that come in pieces: the first image is there before the second line is.
  @Test func aListIsReadAsItComes() {
    let pieces = ["a.j", "pg\nb", ".jpg"].map { Array($0.utf8) }
    var source = InputSource(
      ["-"], standardInput: { ByteStream(name: "standard input", pieces: pieces) })
    #expect(source.isLive && source.knownCount == nil)
    #expect(source.next()?.path == "a.jpg")
    #expect(source.next()?.path == "b.jpg")
    #expect(source.next() == nil && source.problems.isEmpty)
  }
}

extension TestFolder {
  /// Writes a text file; returns its full path.
  @discardableResult
  fileprivate func write(_ name: String, _ text: String = "") throws -> String {
    try write(text, to: name)
    return path(name)
  }
}
