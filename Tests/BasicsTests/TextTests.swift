import Basics
import Testing

@Suite struct SentenceTests {
  @Test func strangeNamesCannotMoveTheCursor() {
    #expect(Sentence.quoted("a\u{1B}[2Jb\n") == #"'a\u{1B}[2Jb\n'"#)
    #expect(Sentence.quoted(String(repeating: "x", count: 300)).count == 205)
    #expect(Sentence.printable("Katze äöü 猫") == "Katze äöü 猫")
  }

  @Test func wordsAreJoined() {
    #expect(Sentence.alternatives([]) == "")
    #expect(Sentence.alternatives(["a"]) == "a")
    #expect(Sentence.alternatives(["a", "b", "c"]) == "a, b or c")
    #expect(Sentence.count(1, "image") == "1 image")
    #expect(Sentence.beginning(of: (1...64).map(String.init)) == "1, 2, 3, 4, 5 and 59 more")
    #expect(Sentence.count(0, "image") == "0 images")
  }
}

@Suite struct NumberFormatTests {
  @Test(arguments: [
    (0, "0.000 s"), (0.0123, "0.012 s"), (0.35, "0.35 s"), (0.9996, "1.0 s"), (4.24, "4.2 s"),
    (9.96, "10 s"), (47.6, "48 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"),
    (3599.7, "1 h 00 min"), (7500, "2 h 05 min"), (273_600, "3 d 4 h"), (.infinity, "unknown"),
    (-1, "unknown"),
  ])
  func durations(seconds: Double, text: String) {
    #expect(NumberFormat.duration(seconds) == text)
  }

  @Test(arguments: [
    (0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (1536, "1.5 KiB"),
    (1_048_575, "1.0 MiB"), (25_165_824_000, "23.4 GiB"), (Int.max, "8.0 EiB"),
  ])
  func bytes(count: Int, text: String) {
    #expect(NumberFormat.bytes(count) == text)
  }

  @Test(arguments: [
    (0.0, "0"), (0.001234, "0.00123"), (0.5, "0.500"), (1, "1.00"), (12.44, "12.4"),
    (99.96, "100"), (1_234_567, "1234567"), (-0.25, "-0.250"), (.nan, "unknown"),
  ])
  func decimals(value: Double, text: String) {
    #expect(NumberFormat.decimal(value) == text)
  }

  @Test func fixedDigits() {
    #expect(NumberFormat.fixed(3.14159, 2) == "3.14")
    #expect(NumberFormat.fixed(2.05, 1) == "2.1")
    #expect(NumberFormat.fixed(-0.001, 2) == "0.00")
    #expect(NumberFormat.fixed(-1.5, 0) == "-2")
    #expect(NumberFormat.fixed(7, 3) == "7.000")
  }

  /// Scores on labels of drawings and numbers of label files.
  @Test func scoresAndCoordinates() {
    let pairs: [(Float, String)] = [
      (0.874, "0.87"), (0.999, "1.00"), (0, "0.00"), (0.05, "0.05"), (1, "1.00"), (-0.25, "-0.25"),
      (12.5, "12.50"), (.nan, "nan"),
    ]
    for (score, text) in pairs { #expect(NumberFormat.fixed(Double(score), 2) == text) }
  }

  /// Expected: the number in the fewest digits, rounded to so many places.
  @Test func coordinates() {
    #expect(NumberFormat.pixels(54.370000000000005) == "54.37")
    #expect(NumberFormat.pixels(-0.5) == "-0.5")
    #expect(NumberFormat.pixels(3) == "3")
    #expect(NumberFormat.pixels(0.000000001) == "0.000000001")
    #expect(NumberFormat.pixels(1e12) == "1000000000000.0")
    #expect(NumberFormat.fraction(1.0 / 3) == "0.33333333")
  }
}

@Suite struct NearestTests {
  /// Counted by hand: the restricted Damerau-Levenshtein distance.
  @Test(arguments: [
    ("", "", 0), ("", "abc", 3), ("conf", "conf", 0), ("cnof", "conf", 1), ("conf", "con", 1),
    ("conf", "cont", 1), ("kitten", "sitting", 3), ("ca", "abc", 3),
  ])
  func distanceCountsEdits(a: String, b: String, distance: Int) {
    #expect(Nearest.distance(Array(a), Array(b)) == distance)
    #expect(Nearest.distance(Array(b), Array(a)) == distance)
  }

  @Test func onlyCloseWordsAreOffered() {
    let known = ["detect", "train", "evaluate", "info"]
    #expect(Nearest.match(for: "detct", among: known) == "detect")
    #expect(Nearest.match(for: "EVAL", among: known) == "evaluate")
    #expect(Nearest.match(for: "fly", among: known) == nil)
    #expect(Nearest.match(for: "x", among: known) == nil)
    #expect(Nearest.match(for: "train", among: []) == nil)
  }
}
