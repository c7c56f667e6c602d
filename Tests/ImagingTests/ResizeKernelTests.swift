import CGlimpseKernels
import Testing

@testable import Imaging

/// The versions of the image kernels that the processor runs, against those of the baseline.
@Suite("Image kernels")
struct ResizeKernelTests {
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
      values(gk_image_resample_rgb_to_float) == values(gk_image_resample_rgb_to_float_baseline))
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
    #expect(values(gk_image_resample_bytes) == values(gk_image_resample_bytes_baseline))
  }

  @Test("averaging blocks gives the same bytes")
  func reduce() {
    let image = Reference.noise(width: 67, height: 41)
    func values(
      _ kernel: (
        UnsafePointer<UInt8>?, Int64, Int64, Int64, Int64, UnsafeMutablePointer<UInt8>?,
        UnsafeMutablePointer<UInt32>?
      ) -> Void
    ) -> [UInt8] {
      // ceil(67 / 3) x ceil(41 / 2)
      var target = [UInt8](repeating: 0, count: 23 * 21 * 3)
      var scratch = [UInt32](repeating: 0, count: 67 * 3)
      kernel(image.bytes, 67, 41, 3, 2, &target, &scratch)
      return target
    }
    #expect(values(gk_image_reduce_rgb) == values(gk_image_reduce_rgb_baseline))
  }

  @Test("warping gives the same bits, with and without jitter", arguments: [Int32(0), 1])
  func warp(hasJitter: Int32) {
    let image = Reference.noise(width: 90, height: 70)
    func values(
      _ kernel: (
        UnsafePointer<gk_image_warp>?, UnsafeMutablePointer<Float>?, Int64, Int64, Int64, Int64,
        Int64
      ) -> Void
    ) -> [UInt32] {
      var target = [Float](repeating: -1, count: 150 * 60 * 3)
      image.bytes.withUnsafeBufferPointer { source in
        var warp = gk_image_warp()
        warp.source = source.baseAddress
        warp.source_width = 90
        warp.source_height = 70
        warp.extent_width = 90
        warp.extent_height = 70
        warp.inverse = (0.61, -0.22, 3.7, 0.19, 0.83, -2.9)
        warp.gain = (0.01, 0.02, 0.03)
        warp.bias = (-1, 0, 1)
        warp.background = 114
        warp.has_jitter = hasJitter
        warp.hue_shift = 0.37
        warp.saturation_gain = 1.3
        warp.value_gain = 0.9
        kernel(&warp, &target, 150 * 3, 1, 2, 149, 59)
      }
      return target.map(\.bitPattern)
    }
    #expect(values(gk_image_warp_rgb) == values(gk_image_warp_rgb_baseline))
  }

  @Test("the overlap test answers the same, before and past the end of a block")
  func overlaps() {
    var random = Reference.Random(seed: 5)
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
        for kernel in [gk_image_overlaps_any, gk_image_overlaps_any_baseline] {
          let found = numbers[0].withUnsafeBufferPointer { x1 in
            numbers[1].withUnsafeBufferPointer { y1 in
              numbers[2].withUnsafeBufferPointer { x2 in
                numbers[3].withUnsafeBufferPointer { y2 in
                  numbers[4].withUnsafeBufferPointer { area in
                    kernel(
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
