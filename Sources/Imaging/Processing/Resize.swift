import CGlimpseKernels

extension Image {
  /// The image resized to a size in pixels, at least 1 each way.
  ///
  /// For 8-bit images of 1 to 4 channels. Colors are weighted by alpha, if there is an alpha
  /// channel. The edges of image and target coincide; pixel centers need not.
  package func resized(width newWidth: Int, height newHeight: Int, filter: ResizeFilter = .bilinear)
    -> Image
  {
    precondition(format.bitDepth == 8, "only 8-bit images can be resized")
    precondition(newWidth > 0 && newHeight > 0, "no image has \(newWidth)x\(newHeight) pixels")
    return resampled(
      columns: ResampleAxis(
        sourceCount: width, count: newWidth, step: Double(width) / Double(newWidth),
        filter: filter),
      rows: ResampleAxis(
        sourceCount: height, count: newHeight, step: Double(height) / Double(newHeight),
        filter: filter))
  }

  /// The image reduced by area averaging to a longer side, in pixels; unchanged if it is not
  /// larger.
  package func reduced(toLongerSide limit: Int) -> Image {
    let longer = max(width, height)
    if longer <= limit { return self }
    func reduced(_ side: Int) -> Int {
      max(1, Int((Double(side) * Double(limit) / Double(longer)).rounded()))
    }
    return resized(width: reduced(width), height: reduced(height), filter: .area)
  }

  /// The image resampled along both axes.
  func resampled(columns: ResampleAxis, rows: ResampleAxis) -> Image {
    let channels = format.channels
    let (newWidth, newHeight) = (columns.count, rows.count)
    let result = [UInt8](unsafeUninitializedCapacity: newWidth * newHeight * channels) {
      target, count in
      columns.withKernelAxis { columns in
        rows.withKernelAxis { rows in
          bytes.withUnsafeBufferPointer { source in
            withUnsafeTemporaryAllocation(
              of: Float.self, capacity: (width + newWidth) * channels + 2 * Int(GK_IMAGE_ROW_SLACK)
            ) { scratch in
              ImageKernels.chosen.resample_bytes(
                source.baseAddress, Int64(width), Int32(channels), columns, rows,
                target.baseAddress, scratch.baseAddress)
            }
          }
        }
      }
      count = newWidth * newHeight * channels
    }
    return Image(width: newWidth, height: newHeight, format: format, bytes: result)
  }
}
