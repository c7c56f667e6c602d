/// Plain JPEGs at 1/4 or 1/8 of their size, of which only those frequencies are decoded that the
/// smaller picture can hold.
///
/// Most of the time that a large photograph takes goes into its Huffman codes, and libjpeg decodes
/// all of them whatever the size. Here those that nobody wants are passed over, several at a time.
/// This reader knows the files that cameras and encoders nearly always write; everything else, and
/// every file that is not sound, is left to libjpeg.
struct ReducedJPEG {
  let channels: Int
  let width: Int
  let height: Int
  /// The reduced picture's rows in a row of coded units.
  let unitHeight: Int
  /// From one row of samples to the next, which leaves room for reading eight at a time.
  let pitch: Int
  let components: [ReducedComponent]
  private let frame: JPEGFrame
  /// Coded units across and down the picture.
  private let unitsAcross: Int
  private let unitsDown: Int
  /// The coefficients of a row of units.
  private let coefficientCount: Int

  /// The samples of a component in a row of units.
  var planeSize: Int { pitch * unitHeight }

  /// Whether a file has so many codes that passing over them saves more than libjpeg's vector code
  /// does. Photographs of 12 megapixels took, at 1/4 and in libjpeg's time, 1.25 with 0.6 bits a pixel,
  /// 0.97 with 1.3, 0.88 with 1.9 and 0.72 with 2.5; small ones are not worth building tables for.
  static func pays(byteCount: Int, width: Int, height: Int, eighths: Int) -> Bool {
    let pixels = width * height
    return eighths <= 2 && pixels > 1 << 20 && 16 * byteCount > 3 * pixels
  }

  /// Decodes to gray (1 channel) or RGB (3) of 8 bits, `eighths` (1 or 2) of the size, rounded up;
  /// nil for what is left to libjpeg.
  static func decode(_ bytes: [UInt8], eighths: Int, channels: Int) -> [UInt8]? {
    guard let frame = JPEGFrame(bytes),
      let picture = ReducedJPEG(frame, eighths: eighths, channels: channels)
    else { return nil }
    return picture.pixels(ScanData(bytes, from: frame.dataStart))
  }

  private init?(_ frame: JPEGFrame, eighths: Int, channels: Int) {
    self.frame = frame
    self.channels = channels
    width = JPEGCodec.scaled(frame.width, eighths: eighths)
    height = JPEGCodec.scaled(frame.height, eighths: eighths)
    let across = frame.components.map(\.across).max() ?? 1
    let down = frame.components.map(\.down).max() ?? 1
    unitsAcross = (frame.width + 8 * across - 1) / (8 * across)
    unitsDown = (frame.height + 8 * down - 1) / (8 * down)
    let unitWidth = across * eighths
    unitHeight = down * eighths
    pitch = unitsAcross * unitWidth + 8
    var components: [ReducedComponent] = []
    var size = 0
    for (index, component) in frame.components.enumerated() {
      let isWanted = index == 0 || channels == 3
      // All components get the picture's size: those that are coded with fewer samples, more of
      // their frequencies.
      guard unitWidth % component.across == 0, unitHeight % component.down == 0,
        let reduced = ReducedComponent(
          component, columns: unitWidth / component.across,
          rows: unitHeight / component.down, firstCoefficient: size,
          firstSample: isWanted ? index * pitch * unitHeight : nil)
      else { return nil }
      size += unitsAcross * reduced.unitSize
      components.append(reduced)
    }
    self.components = components
    coefficientCount = size
  }

  /// Reads, transforms and writes a row of units after the other; nil where the data are not sound.
  private func pixels(_ source: ScanData) -> [UInt8]? {
    var pixels = [UInt8](repeating: 0, count: width * height * channels)
    var data = source
    var reading = Reading()
    var coefficients = [Float](repeating: 0, count: coefficientCount)
    var samples = [Float](repeating: 0, count: components.count * planeSize)
    for row in 0..<unitsDown {
      for index in coefficients.indices { coefficients[index] = 0 }
      guard readRow(&data, &reading, into: &coefficients) else { return nil }
      var floats = samples.mutableSpan
      var bytes = floats.mutableBytes
      for component in components {
        component.transformRow(
          coefficients.span, units: unitsAcross, into: &bytes, pitch: pitch)
      }
      var target = pixels.mutableSpan
      let top = row * unitHeight
      for y in 0..<min(unitHeight, height - top) {
        writeRow(y, of: samples.span.bytes, to: &target, at: (top + y) * width * channels)
      }
    }
    return reading.isAtMarker(of: data) && data.marker == 0xD9 ? pixels : nil
  }

  /// How far the data have been read.
  private struct Reading {
    /// In bits.
    var position = 0
    /// Units read, and restart markers passed.
    var units = 0
    var restarts = 0
    /// The components' last DC coefficients.
    var predictions = [0, 0, 0]

    /// Whether all data up to a marker have been used but for the bits that fill the last byte.
    func isAtMarker(of data: ScanData) -> Bool {
      data.marker != nil && (0..<8).contains(8 * data.count - position)
    }

    /// Goes on behind a restart marker, of which there are eight in turn; false where there is none.
    mutating func restart(_ data: inout ScanData) -> Bool {
      guard isAtMarker(of: data), data.marker == 0xD0 + UInt8(restarts % 8) else { return false }
      data.passMarker()
      position = 0
      restarts += 1
      predictions = [0, 0, 0]
      return true
    }
  }

  private func readRow(
    _ data: inout ScanData, _ reading: inout Reading, into coefficients: inout [Float]
  ) -> Bool {
    var coefficients = coefficients.mutableSpan
    for column in 0..<unitsAcross {
      if frame.restartInterval > 0, reading.units > 0,
        reading.units % frame.restartInterval == 0, !reading.restart(&data)
      {
        return false
      }
      guard data.prepare(&reading.position) else { return false }
      for index in components.indices {
        guard
          components[index].readUnit(
            column, of: data.bytes.span.bytes, at: &reading.position,
            prediction: &reading.predictions[index], into: &coefficients)
        else { return false }
      }
      guard reading.position <= 8 * data.count else { return false }
      reading.units += 1
    }
    return true
  }
}
