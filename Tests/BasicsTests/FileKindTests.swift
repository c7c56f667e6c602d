import Basics
import Testing

/// The first bytes of each kind are those of the format's specification or of the program that writes
/// it.
@Suite struct FileKindTests {
  @Test(arguments: [
    ("", "an empty file"),
    ("version https://git-lfs.github.com/spec/v1\noid sha256:4d", "Git LFS pointer"),
    ("\n <!DOCTYPE html><html>", "an HTML page"), ("\u{FEFF}<html lang=\"en\">", "an HTML page"),
    ("<?xml version=\"1.0\"?>", "an XML file"), ("{\"images\": []}", "a JSON file"),
    (" [1, 2]", "a JSON file"), ("0 0.5 0.5 0.1 0.1\n", "a text file"),
    ("PK\u{3}\u{4}\u{14}\0\0\0\0\0archive/data.pkl", "a PyTorch file"),
    ("PK\u{3}\u{4}\u{14}\0\0\0\0\0images/a.jpg", "a zip archive"),
    ("GIF89a", "a GIF image"), ("II*\0\u{8}\0\0\0", "a TIFF image"),
    ("MM\0+\0\u{8}\0\0", "a BigTIFF image; convert it"), ("BM\0\0\0\0\0\0\0\0", "a BMP image"),
    ("RIFF\u{1}\0\0\0WEBPVP8 ", "a WebP image"),
    ("\0\0\0\u{1C}ftypavif", "an AVIF image"), ("\0\0\0\u{18}ftypheic", "a HEIC image"),
    ("\0\0\0\u{18}ftypmp42", "a video"), ("GGUF\u{3}\0\0\0", "a GGUF model"),
    ("\0\0\0\0\0\0\0\0", "a file of zero bytes"), ("%PDF-1.7", "a PDF document"),
  ])
  func textsAndContainersAreRecognized(start: String, name: String) throws {
    #expect(try #require(FileKind.name(of: Array(start.utf8))).contains(name))
  }

  @Test(
    arguments: [
      ([0x1F, 0x8B, 8, 0], "a gzip file"), ([0xFF, 0xD8, 0xFF, 0xE0], "a JPEG image"),
      ([0x89, 0x50, 0x4E, 0x47, 0x0D], "a PNG image"), ([0x80, 2, 0x8A, 0x0A], "a Python pickle"),
      ([0x89, 0x48, 0x44, 0x46, 0x0D], "an HDF5 file"), ([0xFF, 0xFE, 0x61, 0], "a UTF-16 text"),
      // ir_version 8, producer_name "pytorch".
      ([8, 8, 0x12, 7, 0x70, 0x79], "an ONNX model"), ([8, 8, 0x3A, 0x90, 1], "an ONNX model"),
      // NodeDef: its length, then its name.
      ([0x0A, 0x2B, 0x0A, 5, 0x69], "a TensorFlow graph"),
      ([8, 1, 0x12, 0x80], "a TensorFlow graph"),
      ([0, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0], "Darknet's weights"),
    ] as [([UInt8], String)])
  func binaryFilesAreRecognized(bytes: [UInt8], name: String) throws {
    #expect(try #require(FileKind.name(of: bytes)).contains(name))
  }

  /// Label files are text, JSON or XML.
  @Test func labelFilesAreNotOfAnotherKind() {
    for text in ["0 0.5 0.5 0.1 0.1", "{\"a\": 1}", "[]", "<?xml version=\"1.0\"?>", "names: [a]"] {
      #expect(FileKind.nameUnlessText(of: Array(text.utf8)) == nil)
    }
    for (text, name) in [
      ("", "an empty file"), ("version https://git-lfs.github.com/spec/v1", "a Git LFS pointer"),
      ("<!DOCTYPE html><html>", "an HTML page"), ("PK\u{3}\u{4}", "a zip archive"),
    ] {
      #expect(FileKind.nameUnlessText(of: Array(text.utf8))?.hasPrefix(name) == true)
    }
  }

  @Test func otherBytesAreNot() {
    #expect(FileKind.name(of: [1, 2, 3, 0xC0, 0xFE] as [UInt8]) == nil)
  }
}
