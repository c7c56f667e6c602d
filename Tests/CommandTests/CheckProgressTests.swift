import Testing

@testable import GlimpseCommand

@Suite struct CheckProgressTests {
  @Test func anInterruptionTellsWhatWasDone() {
    #expect(CheckProgress.completed(.decoding, 3, of: 9) == "3 of 9 images were checked")
    #expect(CheckProgress.completed(.comparing, 3, of: 9) == "3 of 9 images were compared")
    #expect(
      CheckProgress.completed(.pairing, 3, of: 8)
        == "all images were compared, 3 of 8 images with near-duplicates were paired")
  }
}
