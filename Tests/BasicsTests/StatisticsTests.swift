import Basics
import Testing

@Suite struct StatisticsTests {
  @Test func theMedianIsTheMeanOfTheMiddleTwo() {
    #expect(Statistics.median([3]) == 3)
    #expect(Statistics.median([4, 1, 3]) == 3)
    #expect(Statistics.median([4, 1, 3, 10]) == 3.5)
  }

  /// By hand: at fraction f lies the value of index 3 f.
  @Test func percentilesAreInterpolated() {
    let values = [1.0, 2, 4, 8]
    let expected = [(0.0, 1.0), (0.25, 1.75), (0.5, 3), (0.9, 6.8), (1, 8)]
    for (fraction, value) in expected {
      #expect(abs(Statistics.percentile(fraction, ofSorted: values) - value) < 1e-12)
    }
    #expect(Statistics.percentile(0.3, ofSorted: [5]) == 5)
  }
}
