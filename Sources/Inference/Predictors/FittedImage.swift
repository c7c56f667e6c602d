import Imaging
import Networks

/// The geometry of an image in the input of a network of another program.
struct FittedImage {
  /// The size of the input in pixels, as the image lies in it.
  let width: Int
  let height: Int
  /// Pixels of the image per pixel of the input.
  private let scaleX: Double
  private let scaleY: Double
  /// The upper left corner of the image in the input.
  private let offsetX: Int
  private let offsetY: Int
  /// The size of the image in the input, of which a part may lie outside.
  private let contentWidth: Int
  private let contentHeight: Int
  private let input: ImportedInput

  /// - Parameters:
  ///   - imageWidth: In pixels of the original, as the boxes.
  init(_ input: ImportedInput, imageWidth: Int, imageHeight: Int) {
    self.input = input
    let (w, h) = (Double(imageWidth), Double(imageHeight))
    var (width, height) = (input.width, input.height)
    var (contentWidth, contentHeight) = (width, height)
    var (offsetX, offsetY) = (0, 0)
    var scale: Double?
    switch input.fit {
    case .stretched: break
    case .letterbox(let isCentered, _):
      let ratio = min(Double(width) / w, Double(height) / h)
      (contentWidth, contentHeight) = (max(Int(w * ratio), 1), max(Int(h * ratio), 1))
      if isCentered {
        (offsetX, offsetY) = ((width - contentWidth) / 2, (height - contentHeight) / 2)
      }
      scale = 1 / ratio
    case .padded(let multiple):
      (contentWidth, contentHeight) = (imageWidth, imageHeight)
      width = (imageWidth + multiple - 1) / multiple * multiple
      height = (imageHeight + multiple - 1) / multiple * multiple
      scale = 1
    case .scaled(let factor):
      // Twelve pixels are the smallest window of such a network.
      width = max(Int((w * factor).rounded(.up)), 12)
      height = max(Int((h * factor).rounded(.up)), 12)
      (contentWidth, contentHeight) = (width, height)
      scale = 1 / factor
    case .strip:
      contentWidth = min(width, max(Int((Double(height) * w / h).rounded(.up)), 1))
    case .centerCrop(let fraction):
      let ratio = max(Double(width) / w, Double(height) / h) / fraction
      (contentWidth, contentHeight) = (
        max(Int((w * ratio).rounded()), width), max(Int((h * ratio).rounded()), height)
      )
      (offsetX, offsetY) = ((width - contentWidth) / 2, (height - contentHeight) / 2)
    }
    (self.width, self.height) = (width, height)
    (self.contentWidth, self.contentHeight) = (contentWidth, contentHeight)
    (self.offsetX, self.offsetY) = (offsetX, offsetY)
    scaleX = scale ?? w / Double(contentWidth)
    scaleY = scale ?? h / Double(contentHeight)
  }

  /// A box of the input, x1, y1, x2, y2, in pixels of the original image, which it may exceed.
  func originalBox(_ corners: SIMD4<Double>) -> Box {
    Box(
      x1: (corners[0] - Double(offsetX)) * scaleX, y1: (corners[1] - Double(offsetY)) * scaleY,
      x2: (corners[2] - Double(offsetX)) * scaleX, y2: (corners[3] - Double(offsetY)) * scaleY)
  }

  /// The rows of the input in memory.
  var rows: Int { input.isTransposed ? width : height }
  /// The columns of the input in memory.
  var columns: Int { input.isTransposed ? height : width }

  /// Writes an image into the input: rows, pixels, channels.
  ///
  /// - Parameters:
  ///   - image: 8-bit RGB, of the original size or decoded at another resolution.
  ///   - isMirrored: Whether left and right are exchanged.
  func fill(
    _ image: Image, isMirrored: Bool = false, into output: UnsafeMutableBufferPointer<Float>
  ) {
    let channels = input.channels.count
    precondition(output.count == width * height * channels, "the input has another size")
    let gray = input.channels == .gray ? image.converted(to: .gray8) : image
    let content =
      (gray.width, gray.height) == (contentWidth, contentHeight)
      ? gray : gray.resized(width: contentWidth, height: contentHeight, filter: .linear)
    let order = input.channels == .bgr ? [2, 1, 0] : Array(0..<channels)
    // What a sample becomes, and what is around the image.
    let tables = (0..<channels).map { channel in
      (0...255).map { (Float($0) - input.mean[channel]) / input.deviation[channel] }
    }
    for channel in 0..<channels {
      let table = tables[channel]
      let outside =
        switch input.fit {
        case .letterbox(_, let fill): table[Int(fill)]
        case .strip: Float(0)
        default: table[0]
        }
      content.bytes.withUnsafeBufferPointer { bytes in
        table.withUnsafeBufferPointer { table in
          for y in 0..<height {
            let row = y - offsetY
            let isRow = (0..<contentHeight).contains(row)
            for x in 0..<width {
              let column = (isMirrored ? width - 1 - x : x) - offsetX
              let target = (input.isTransposed ? x * height + y : y * width + x) * channels
              let isInside = isRow && column >= 0 && column < contentWidth
              let source = (row * contentWidth + column) * channels + order[channel]
              output[target + channel] = isInside ? table[Int(bytes[source])] : outside
            }
          }
        }
      }
    }
  }
}
