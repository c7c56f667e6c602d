/// How often each image is drawn when as many images are drawn, with repetition, as there are.
struct BootstrapSample {
  /// One count an image; they add up to the number of images.
  let counts: [Int32]

  /// Draws; the same seed and number give the same counts on every machine.
  init(imageCount: Int, seed: UInt64, number: Int) {
    var state = SplitMix64(state: seed &+ UInt64(number) &* 0xD1B5_4A32_D192_ED03)
    var counts = [Int32](repeating: 0, count: imageCount)
    for _ in 0..<imageCount {
      // The high word of a product: off a fair draw by less than 2⁻³² for up to 2³² images.
      counts[Int(state.next().multipliedFullWidth(by: UInt64(imageCount)).high)] += 1
    }
    self.counts = counts
  }

  /// Draws each image once: the dataset as it is.
  init(eachOf imageCount: Int) {
    counts = [Int32](repeating: 1, count: imageCount)
  }
}

/// A small generator of random numbers. Source: S. Vigna, splitmix64.c, public domain.
private struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
