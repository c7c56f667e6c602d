import Testing

@testable import Datasets

struct YOLODescriptionTests {
  private func read(_ text: String) throws -> YOLODescription {
    try YOLODescription(text, file: "data.yaml")
  }

  @Test func roboflow() throws {
    let description = try read(
      "train: ../train/images\nvalid: ../valid/images\n\nnc: 2\nnames: ['fish', 'ray']")
    #expect(description.splits == ["train": ["../train/images"], "val": ["../valid/images"]])
    #expect(description.classNames == ["fish", "ray"])
    #expect(description.path == nil)
  }

  @Test func ultralytics() throws {
    let description = try read(
      """
      path: ../datasets/coco8 # dataset root
      train:
        - images/a
        - images/b.txt
      val: images/val
      test: # none
      names:
        1: bicycle
        0: person
      download: |
        anything: at all
      """)
    #expect(description.path == "../datasets/coco8")
    #expect(description.splits == ["train": ["images/a", "images/b.txt"], "val": ["images/val"]])
    #expect(description.classNames == ["person", "bicycle"])
  }

  @Test func namesMayBeLeftOut() throws {
    #expect(try read("train: a\nnc: 2").classNames == ["class 0", "class 1"])
    #expect(try read("names: [no, null, 3]").classNames == ["no", "null", "3"])
  }

  @Test(arguments: [
    ("names: [a, b]\nnc: 3", "1: \"nc\" states 3 classes, but \"names\" has 2"),
    ("train: x", "1: the key \"names\" is missing"), ("names: []", "1: the names of the classes"),
    ("names: cat", "1: the names of the classes"),
    ("names: {0: a, 2: b}", "1: the class number \"2\" is not in 0...1"),
    ("names: {0: a, x: b}", "1: the class number \"x\""),
    ("names: {0: a, 00: b}", "1: the class number 0 is repeated"),
    ("names: [a, [b]]", "1: a class has no name"),
    ("names: [a]\nnc: two", "2: \"nc\" is expected"),
    ("names: [a]\nnc: 0", "2: \"nc\" is expected"),
    ("nc: 99999999999999999999", "1: \"nc\" is expected"),
    ("nc: 1000000000", "1: \"nc\" is expected"),
    ("names: [a]\ntrain: {x: y}", "2: \"train\" is expected"),
    ("names: [a]\nval: [x, [y]]", "2: \"val\" is expected"),
    ("names: [a]\npath: [x]", "2: \"path\" names one folder"), ("- a", "1: a map with the keys"),
    ("", "1: a map with the keys"),
  ])
  func mistakesAreNamed(text: String, message: String) {
    #expect {
      try read(text)
    } throws: {
      "\($0)".hasPrefix("data.yaml:\(message)")
    }
  }
}
