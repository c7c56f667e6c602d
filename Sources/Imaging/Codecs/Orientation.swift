/// The EXIF orientation of a stored image; the raw values are EXIF's.
public enum Orientation: Int, CaseIterable, Hashable, Sendable {
  case upright = 1
  case mirroredLeftRight = 2
  case upsideDown = 3
  case mirroredTopBottom = 4
  /// Mirrored along the diagonal from the upper left corner.
  case transposed = 5
  /// Must be rotated clockwise by 90 degrees to be upright.
  case lyingLeft = 6
  /// Mirrored along the diagonal from the upper right corner.
  case transposedOverOtherDiagonal = 7
  /// Must be rotated counterclockwise by 90 degrees to be upright.
  case lyingRight = 8

  /// Whether width and height are swapped.
  public var swapsSides: Bool { rawValue >= 5 }
}

extension Image {
  /// The upright image; `orientation` is that of this stored image.
  func turnedUpright(from orientation: Orientation) -> Image {
    // Upright pixel (x, y) is the stored pixel at index `first + x * across + y * down`.
    let (w, h) = (width, height)
    let (first, across, down): (Int, Int, Int) =
      switch orientation {
      case .upright: (0, 1, w)
      case .mirroredLeftRight: (w - 1, -1, w)
      case .upsideDown: (w * h - 1, -1, -w)
      case .mirroredTopBottom: (w * (h - 1), 1, -w)
      case .transposed: (0, w, 1)
      case .lyingLeft: (w * (h - 1), -w, 1)
      case .transposedOverOtherDiagonal: (w * h - 1, -w, -1)
      case .lyingRight: (w - 1, w, -1)
      }
    if orientation == .upright { return self }
    let (newWidth, newHeight) = orientation.swapsSides ? (h, w) : (w, h)
    let turned = [UInt8](unsafeUninitializedCapacity: bytes.count) { target, count in
      bytes.withUnsafeBytes { source in
        let target = UnsafeMutableRawBufferPointer(target)
        let walk = TileWalk(
          width: newWidth, height: newHeight, first: first, across: across, down: down)
        // One loop per pixel size, so that copying a pixel takes few instructions.
        switch format.bytesPerPixel {
        case 1: walk.copy(source, to: target, as: UInt8.self)
        case 2: walk.copy(source, to: target, as: (UInt8, UInt8).self)
        case 3: walk.copy(source, to: target, as: (UInt8, UInt8, UInt8).self)
        case 4: walk.copy(source, to: target, as: UInt32.self)
        case 6: walk.copy(source, to: target, as: (UInt16, UInt16, UInt16).self)
        default: walk.copy(source, to: target, as: UInt64.self)
        }
      }
      count = bytes.count
    }
    return Image(width: newWidth, height: newHeight, format: format, bytes: turned)
  }
}

/// Visits a target's pixels in tiles, so that a source read by columns stays in cache.
private struct TileWalk {
  var width: Int
  var height: Int
  var first: Int
  var across: Int
  var down: Int

  @inline(__always)
  func copy<Pixel: BitwiseCopyable>(
    _ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer, as: Pixel.Type
  ) {
    let size = MemoryLayout<Pixel>.size
    let tile = 64
    guard let source = source.baseAddress, let target = target.baseAddress else { return }
    for top in stride(from: 0, to: height, by: tile) {
      for left in stride(from: 0, to: width, by: tile) {
        for y in top..<min(top + tile, height) {
          var from = source + (first + left * across + y * down) * size
          var to = target + (y * width + left) * size
          for _ in left..<min(left + tile, width) {
            to.storeBytes(of: from.loadUnaligned(as: Pixel.self), as: Pixel.self)
            from += across * size
            to += size
          }
        }
      }
    }
  }
}
