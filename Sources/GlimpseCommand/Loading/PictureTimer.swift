import Glimpse

/// Measures how long a picture takes from its file into a network's input.
struct PictureTimer {
  let path: String
  let model: NetworkModel

  /// Milliseconds of reading, decoding and fitting the picture, the shortest first.
  ///
  /// - Throws: `ImagingError` for a picture that cannot be read.
  func time(runs: Int) throws -> [Double] {
    let side = model.imageSize
    var input = [Float](repeating: 0, count: side * side * 3)
    var milliseconds: [Double] = []
    for run in 0...runs {
      try Interruption.check("the measurement is not complete")
      let start = monotonicSeconds()
      let decoded = try ImageFile.read(path, options: DecodeOptions(neededLongerSide: side))
      let letterbox = Letterbox(
        imageWidth: decoded.originalWidth, imageHeight: decoded.originalHeight,
        targetWidth: side, targetHeight: side)
      input.withUnsafeMutableBufferPointer {
        letterbox.fill(
          decoded.image, into: $0, normalization: model.architecture.normalization)
      }
      // The first reads the file into memory.
      if run > 0 { milliseconds.append((monotonicSeconds() - start) * 1000) }
    }
    return milliseconds.sorted()
  }
}
