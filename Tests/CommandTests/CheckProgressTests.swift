import Testing

@testable import GlimpseCommand

@Suite struct CheckProgressTests {
  @Test func anInterruptionTellsWhatWasDone() {
    #expect(CheckProgress.deed(.decoding, 3, of: 9) == "3 of 9 images were looked at")
    #expect(CheckProgress.deed(.comparing, 3, of: 9) == "3 of 9 images were compared")
    #expect(
      CheckProgress.deed(.pairing, 3, of: 8)
        == "all images were compared, and 3 of 8 images that others are like were paired")
  }
}
