import Foundation
import Testing

@testable import Basics

@Suite struct InputSizeTests {
  @Test(arguments: [
    // The shorter side is scaled by the same factor and padded to a multiple of 32.
    (416, 640, 480, 416, 320), (416, 1920, 1080, 416, 256), (416, 1080, 1920, 256, 416),
    (416, 500, 500, 416, 416), (320, 640, 480, 320, 256), (416, 3, 2, 416, 288),
    (64, 1000, 1, 64, 32), (64, 1, 1000, 32, 64), (96, 33, 32, 96, 96),
  ])
  func longerSide(_ side: Int, _ width: Int, _ height: Int, _ columns: Int, _ rows: Int) {
    let extent = InputSize.longerSide(side).extent(imageWidth: width, imageHeight: height)
    #expect(extent == InputSize.Extent(width: columns, height: rows))
  }

  @Test func exactSizesDoNotDependOnTheImage() {
    let size = InputSize.exact(height: 320, width: 416)
    #expect(size.extent(imageWidth: 1, imageHeight: 9) == .init(width: 416, height: 320))
    #expect(size.largest == .init(width: 416, height: 320) && size.longestSide == 416)
    #expect(InputSize.longerSide(416).largest == .init(width: 416, height: 416))
  }

  @Test func scalingKeepsMultiplesOf32() {
    #expect(InputSize.longerSide(416).scaled(by: 0.6) == 256)
    #expect(InputSize.longerSide(32).scaled(by: 0.1) == 32)
    #expect(
      InputSize.exact(height: 320, width: 416).scaled(by: 0.5) == .exact(height: 160, width: 224))
  }

  @Test func textsAndFiles() throws {
    for size: InputSize in [416, .exact(height: 320, width: 416)] {
      #expect(InputSize(optionText: size.optionText) == size)
      #expect(
        try JSONDecoder().decode([InputSize].self, from: JSONEncoder().encode([size])) == [size])
    }
    #expect(InputSize(optionText: "320X416") == .exact(height: 320, width: 416))
    for text in ["", "x", "320x", "x320", "320x416x3", "3.5", "a"] {
      #expect(InputSize(optionText: text) == nil, "\(text)")
    }
    let rule = ValueRule<InputSize>.inputSize
    for text in ["0", "33", "4128", "320x410", "0x32", "-32"] {
      #expect(throws: ValueError.self) { try rule.read(text) }
    }
    #expect(try rule.read("4096x32") == .exact(height: 4096, width: 32))
    do {
      _ = try rule.read("320x410")
      Issue.record("410 is no multiple of 32")
    } catch {
      #expect(
        error.message == "takes a multiple of 32, at most 4096, or two as HxW, not '320x410'; the "
          + "nearest is 320x416")
    }
  }
}
