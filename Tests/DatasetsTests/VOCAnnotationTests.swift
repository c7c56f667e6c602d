import Imaging
import Testing

@testable import Datasets

/// Expected values follow the VOC 2012 development kit: pixel coordinates begin at 1, both corners
/// belong to the box.
struct VOCAnnotationTests {
  private func read(_ objects: String) throws -> LabelFile {
    try VOCAnnotation.read(Array("<annotation>\(objects)</annotation>".utf8), file: "a.xml")
  }

  private func object(_ inner: String) -> String { "<object><name>cat</name>\(inner)</object>" }

  private let box =
    "<bndbox><ymax> 6 </ymax><xmin>3</xmin><ymin>1.5</ymin><xmax>3</xmax></bndbox>"

  @Test func cornersBecomeContinuous() throws {
    let annotation = try read(
      "<filename>/home/x/a.png</filename><size><width>4</width><height>6</height></size>"
        + object(box))
    // Column 3 alone is the span 2 ... 3; row 1.5 begins at 0.5.
    #expect(annotation.objects[0].extent == .pixels(Box(x1: 2, y1: 0.5, x2: 3, y2: 6)))
    #expect(annotation.classes.names == ["cat"] && annotation.objects[0].classIndex == 0)
    #expect(!annotation.objects[0].isDifficult)
    #expect(annotation.imageName == "a.png")
    #expect(annotation.statedSize?.width == 4 && annotation.statedSize?.height == 6)
  }

  @Test func partsAreNoObjects() throws {
    let part = "<part><name>head</name><bndbox><xmin>1</xmin></bndbox></part>"
    let annotation = try read(object(part + box + "<difficult>1</difficult>"))
    #expect(annotation.objects.count == 1)
    #expect(annotation.objects[0].extent == .pixels(Box(x1: 2, y1: 0.5, x2: 3, y2: 6)))
    #expect(annotation.objects[0].isDifficult)
  }

  @Test func missingSizesAndFilesAreNoError() throws {
    #expect(try read("<size><width>0</width><height>0</height></size>").statedSize == nil)
    #expect(try read("").objects.isEmpty)
  }

  @Test(arguments: [
    "nan", "inf", "-inf", "1e999", "", "five", "1,5", "0x", "1 2",
  ])
  func cornersMustBeNumbers(text: String) throws {
    let bad = box.replacing("<xmin>3<", with: "<xmin>\(text)<")
    let annotation = try read("\n" + object(bad) + object(box))
    // The other object stands.
    #expect(annotation.objects.count == 1)
    #expect(
      annotation.issues.map(\.description) == [
        "a.xml:2: <xmin> is \"\(text)\", but a number of pixels is expected (byte 61)."
      ])
  }

  @Test(arguments: [
    ("<object><name> </name></object>", "has no <name>"),
    ("<object><name>cat</name></object>", "has no <bndbox>"),
    ("<object><name>cat</name><bndbox><xmin>1</xmin></bndbox></object>", "has no <ymin>"),
  ])
  func missingPartsAreNamed(text: String, message: String) throws {
    let issues = try read(text).issues
    #expect(issues.count == 1 && issues[0].kind == .malformedLabels)
    #expect(issues[0].description.hasPrefix("a.xml:1: "))
    #expect(issues[0].message.contains(message))
  }

  @Test func flagsAreRead() throws {
    let flags = "<truncated>1</truncated><occluded>1</occluded><difficult>0</difficult>"
    let found = try read(object(box + flags)).objects[0]
    #expect(found.isTruncated && found.isOccluded && !found.isDifficult)
  }

  @Test func otherXMLIsRefused() {
    #expect {
      try VOCAnnotation.read(Array("<html/>".utf8), file: "a.xml")
    } throws: {
      "\($0)".contains("<annotation> is expected")
    }
  }
}
