import Basics
import CGlimpseKernels
import Testing

@testable import Imaging

/// The image kernels of every instruction set that can run here, against those of the plain reference.
@Suite("Image kernels")
struct ResizeKernelTests {
  /// The plain reference first, then every other instruction set that can run here.
  private static let tables: [gk_image_table] = [GK_SCALAR, GK_NEON, GK_AVX2, GK_AVX512]
    .compactMap { gk_table_for($0, GK_FLOAT32)?.pointee.image }

  private static let reference = tables[0]

  @Test("resampling to numbers gives the same bits", arguments: [(70, 50, 31, 33), (9, 7, 40, 21)])
  func resampleToFloat(width: Int, height: Int, newWidth: Int, newHeight: Int) {
    let image = Reference.noise(width: width, height: height)
    func values(
      _ kernel: (
        UnsafePointer<UInt8>?, Int64, gk_image_axis, gk_image_axis, UnsafePointer<Float>?,
        UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int64, UnsafeMutablePointer<Float>?
      ) -> Void
    ) -> [UInt32] {
      var target = [Float](repeating: -1, count: newWidth * newHeight * 3)
      var scratch = [Float](repeating: 0, count: width * 3 + Int(GK_IMAGE_ROW_SLACK))
      axes(width, height, newWidth, newHeight) { columns, rows in
        kernel(
          image.bytes, Int64(width), columns, rows, [0.1, 0.2, 0.3], [-1, 0, 1], &target,
          Int64(newWidth * 3), &scratch)
      }
      return target.map(\.bitPattern)
    }
    #expect(
      Self.tables.allSatisfy {
        values($0.resample_rgb_to_float) == values(Self.reference.resample_rgb_to_float)
      })
  }

  @Test("resampling to bytes gives the same bytes", arguments: 1...4)
  func resampleBytes(channels: Int) {
    let image = Reference.noise(width: 61, height: 45, channels: channels)
    func values(
      _ kernel: (
        UnsafePointer<UInt8>?, Int64, Int32, gk_image_axis, gk_image_axis,
        UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Float>?
      ) -> Void
    ) -> [UInt8] {
      var target = [UInt8](repeating: 0, count: 80 * 19 * channels)
      var scratch = [Float](
        repeating: 0, count: (61 + 80) * channels + 2 * Int(GK_IMAGE_ROW_SLACK))
      axes(61, 45, 80, 19) { columns, rows in
        kernel(image.bytes, 61, Int32(channels), columns, rows, &target, &scratch)
      }
      return target
    }
    #expect(
      Self.tables.allSatisfy { values($0.resample_bytes) == values(Self.reference.resample_bytes) })
  }

  @Test(
    "averaging blocks gives the same bytes, and the means", arguments: [(3, 2), (2, 2), (2, 3)])
  func reduce(blockWidth: Int, blockHeight: Int) {
    let image = Reference.noise(width: 67, height: 41)
    let columns = (67 + blockWidth - 1) / blockWidth
    let rows = (41 + blockHeight - 1) / blockHeight
    func values(
      _ kernel: (
        UnsafePointer<UInt8>?, Int64, Int64, Int64, Int64, Int64, UnsafeMutablePointer<UInt8>?,
        UnsafeMutablePointer<UInt32>?
      ) -> Void
    ) -> [UInt8] {
      var target = [UInt8](repeating: 0, count: columns * rows * 3)
      var scratch = [UInt32](repeating: 0, count: 67 * 3)
      kernel(
        image.bytes, 67 * 3, 67, 41, Int64(blockWidth), Int64(blockHeight), &target, &scratch)
      return target
    }
    #expect(Self.tables.allSatisfy { values($0.reduce_rgb) == values(Self.reference.reduce_rgb) })
    let means = Reference.pixels(width: columns, height: rows) { x, y in
      (0..<3).map { channel -> UInt8 in
        var (sum, count) = (0, 0)
        for row in y * blockHeight..<min((y + 1) * blockHeight, 41) {
          for column in x * blockWidth..<min((x + 1) * blockWidth, 67) {
            sum += Int(image.bytes[(row * 67 + column) * 3 + channel])
            count += 1
          }
        }
        return UInt8((Double(sum) / Double(count)).rounded())
      }
    }
    // A sixth of a sum may fall on the other side of a half in floats.
    #expect(
      zip(values(Self.reference.reduce_rgb), means).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
  }

  @Test(
    "warping gives the same bytes as pixel by pixel, whatever the colors", arguments: [0, 1, 2])
  func warp(colors: Int) {
    typealias Kernel = (
      UnsafePointer<gk_image_warp>?, UnsafeMutablePointer<UInt8>?, Int64, Int64, Int64, Int64,
      Int64
    ) -> Void
    var color = gk_image_color()
    color.has_jitter = 1
    color.hue_shift = 0.37
    color.saturation_gain = 1.3
    color.value_gain = 0.9
    color.is_gray = colors == 2 ? 1 : 0
    // Straight, mirrored, steep, turned, and with depth; as rows of a matrix.
    let inverses: [[Double]] = [
      [0.61, 0, 3.7, 0, 0.83, -2.9, 0, 0, 1], [-1.4, 0, 89, 0, -0.5, 60, 0, 0, 1],
      [2, 0, 0.3, 0, 1.5, 0.2, 0, 0, 1], [-2, 0, 299.7, 0, -0.7, 41, 0, 0, 1],
      [2.9, 0, -4, 0, 1, 0, 0, 0, 1], [1, 0, 0, 0, 1, 0, 0, 0, 1],
      [0.61, -0.22, 3.7, 0.19, 0.83, -2.9, 0, 0, 1],
      [0.61, -0.22, 3.7, 0.19, 0.83, -2.9, 0.001, -0.002, 1],
    ]
    for (width, height, side) in [(90, 70, 150), (1, 1, 9), (33, 2, 1300), (700, 41, 290)] {
      let image = Reference.noise(width: width, height: height)
      for inverse in inverses {
        func values(_ kernel: Kernel) -> [UInt8] {
          var target = [UInt8](repeating: 7, count: side * 60 * 3)
          image.bytes.withUnsafeBufferPointer { source in
            withUnsafePointer(to: color) { color in
              var warp = gk_image_warp()
              warp.source = source.baseAddress
              warp.source_stride = Int64(width * 3)
              warp.source_width = Int32(width)
              warp.source_height = Int32(height)
              warp.right = Double(width)
              warp.bottom = Double(height)
              withUnsafeMutableBytes(of: &warp.inverse) { target in
                inverse.withUnsafeBytes { target.copyMemory(from: $0) }
              }
              warp.background = 114
              warp.color = colors == 0 ? nil : color
              kernel(&warp, &target, Int64(side * 3), 1, 2, Int64(side - 1), 59)
            }
          }
          return target
        }
        // The reference goes pixel by pixel; the others treat axis-aligned transforms apart.
        let plain = values(Self.reference.warp_rgb)
        for table in Self.tables.dropFirst() {
          #expect(values(table.warp_rgb) == plain, "\(width)x\(height) \(inverse)")
        }
      }
    }
  }

  @Test("normalizing gives the same bits, and sample * gain + bias", arguments: [1, 5, 16, 131])
  func normalize(pixels: Int) {
    let image = Reference.noise(width: pixels, height: 1)
    func values(
      _ kernel: (
        UnsafePointer<UInt8>?, Int64, UnsafePointer<Float>?, UnsafePointer<Float>?,
        UnsafeMutablePointer<Float>?
      ) -> Void
    ) -> [Float] {
      var target = [Float](repeating: .nan, count: pixels * 3)
      kernel(image.bytes, Int64(pixels), [0.25, 0.5, 2], [-1, 0, 3], &target)
      return target
    }
    let expected = image.bytes.enumerated().map { place, sample in
      Float(sample) * [0.25, 0.5, 2][place % 3] + [-1, 0, 3][place % 3]
    }
    #expect(Self.tables.allSatisfy { values($0.normalize_rgb) == expected })
  }

  @Test("the overlap test answers the same, before and past the end of a block")
  func overlaps() {
    var random = SeededGenerator(seed: 5)
    for count in 1...40 {
      let padded = (count + 7) / 8 * 8
      var numbers = [[Double]](repeating: [Double](repeating: 0, count: padded), count: 5)
      for index in 0..<count {
        let x = Double.random(in: 0...90, using: &random)
        let y = Double.random(in: 0...90, using: &random)
        let w = Double.random(in: 1...20, using: &random)
        let h = Double.random(in: 1...20, using: &random)
        for (list, value) in [x, y, x + w, y + h, w * h].enumerated() {
          numbers[list][index] = value
        }
      }
      let box = [40.0, 40, 60, 60]
      let boxes = (0..<count).map {
        Box(x1: numbers[0][$0], y1: numbers[1][$0], x2: numbers[2][$0], y2: numbers[3][$0])
      }
      let largest = boxes.map { $0.iou(Box(x1: 40, y1: 40, x2: 60, y2: 60)) }.max() ?? 0
      for threshold in [0, 0.02, largest * 0.99, largest * 1.01, 0.5] {
        let expected: Int32 = largest > threshold ? 1 : 0
        for table in Self.tables {
          let found = numbers[0].withUnsafeBufferPointer { x1 in
            numbers[1].withUnsafeBufferPointer { y1 in
              numbers[2].withUnsafeBufferPointer { x2 in
                numbers[3].withUnsafeBufferPointer { y2 in
                  numbers[4].withUnsafeBufferPointer { area in
                    table.overlaps_any(
                      gk_image_boxes(
                        x1: x1.baseAddress, y1: y1.baseAddress, x2: x2.baseAddress,
                        y2: y2.baseAddress, area: area.baseAddress),
                      Int64(count), box, 400, threshold)
                  }
                }
              }
            }
          }
          #expect(found == expected)
        }
      }
    }
  }

  /// Calls `body` with bilinear axes between two sizes.
  private func axes(
    _ width: Int, _ height: Int, _ newWidth: Int, _ newHeight: Int,
    _ body: (gk_image_axis, gk_image_axis) -> Void
  ) {
    let columns = ResampleAxis(
      sourceCount: width, count: newWidth, step: Double(width) / Double(newWidth),
      filter: .bilinear)
    let rows = ResampleAxis(
      sourceCount: height, count: newHeight, step: Double(height) / Double(newHeight),
      filter: .bilinear)
    columns.withKernelAxis { columns in rows.withKernelAxis { rows in body(columns, rows) } }
  }
}
