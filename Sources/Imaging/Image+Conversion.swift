extension Image {
  /// The image in another layout.
  ///
  /// 16 bits become 8 by their high byte, and 8 become 16 by repeating it. Gray is repeated for RGB;
  /// RGB becomes gray by BT.601 luma (0.299 R + 0.587 G + 0.114 B, rounded as libjpeg and Pillow
  /// do). Alpha is dropped or added as opaque, never blended: see ``composited(over:)``.
  package func converted(to target: PixelFormat) -> Image {
    if format == target { return self }
    let resampled = withBitDepth(target.bitDepth)
    guard target.bitDepth == 16 else {
      return resampled.withChannels(target.channels, samples: UInt8.self)
    }
    return resampled.withChannels(target.channels, samples: UInt16.self)
  }

  /// The image composited over a gray level, without alpha: a sample is
  /// `alpha * sample + (1 - alpha) * level`, rounded.
  ///
  /// `level` is in 0...255, also for 16 bits. Images without alpha are returned unchanged.
  package func composited(over level: UInt8) -> Image {
    guard format.channels == 2 || format.channels == 4 else { return self }
    if format.bitDepth == 8 { return composited(over: level, full: UInt8.max) }
    return composited(over: UInt16(level) * 257, full: UInt16.max)
  }

  private func withBitDepth(_ bitDepth: Int) -> Image {
    if bitDepth == format.bitDepth { return self }
    let count = width * height * format.channels
    let target = PixelFormat(channels: format.channels, bitDepth: bitDepth)
    return withFormat(target) { source, target in
      if bitDepth == 8 {
        let from = source.assumingMemoryBound(to: UInt16.self)
        let to = target.assumingMemoryBound(to: UInt8.self)
        for i in 0..<count { to[i] = UInt8(truncatingIfNeeded: from[i] >> 8) }
      } else {
        let from = source.assumingMemoryBound(to: UInt8.self)
        let to = target.assumingMemoryBound(to: UInt16.self)
        for i in 0..<count { to[i] = UInt16(from[i]) &* 257 }
      }
    }
  }

  @inline(__always)
  private func withChannels<Sample: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ channels: Int, samples: Sample.Type
  ) -> Image {
    let present = format.channels
    if channels == present { return self }
    let count = width * height
    let target = PixelFormat(channels: channels, bitDepth: format.bitDepth)
    return withFormat(target) { source, target in
      let from = source.assumingMemoryBound(to: Sample.self)
      let to = target.assumingMemoryBound(to: Sample.self)
      let hasColor = present >= 3
      let hasAlpha = present % 2 == 0
      switch (hasColor, channels >= 3) {
      case (false, true):
        for i in 0..<count {
          let gray = from[i &* present]
          (to[i &* channels], to[i &* channels &+ 1], to[i &* channels &+ 2]) = (gray, gray, gray)
        }
      case (true, false):
        for i in 0..<count {
          let pixel = from + i &* present
          let sum =
            UInt32(pixel[0]) &* 19595 &+ UInt32(pixel[1]) &* 38470 &+ UInt32(pixel[2]) &* 7471
          to[i &* channels] = Sample(truncatingIfNeeded: (sum &+ 32768) >> 16)
        }
      case (false, false):
        for i in 0..<count { to[i &* channels] = from[i &* present] }
      case (true, true):
        for i in 0..<count {
          for c in 0..<3 { to[i &* channels &+ c] = from[i &* present &+ c] }
        }
      }
      if channels % 2 == 0 {
        for i in 0..<count {
          to[i &* channels &+ channels &- 1] =
            hasAlpha ? from[i &* present &+ present &- 1] : Sample.max
        }
      }
    }
  }

  @inline(__always)
  private func composited<Sample: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    over level: Sample, full: Sample
  ) -> Image {
    let present = format.channels
    let count = width * height
    let target = PixelFormat(channels: present - 1, bitDepth: format.bitDepth)
    return withFormat(target) { source, target in
      let from = source.assumingMemoryBound(to: Sample.self)
      let to = target.assumingMemoryBound(to: Sample.self)
      for i in 0..<count {
        let alpha = UInt64(from[i &* present &+ present &- 1])
        for c in 0..<present - 1 {
          let sum =
            UInt64(from[i &* present &+ c]) &* alpha
            &+ UInt64(level) &* (UInt64(full) &- alpha)
          to[i &* (present &- 1) &+ c] = Sample(
            truncatingIfNeeded: (sum &+ UInt64(full) / 2) / UInt64(full))
        }
      }
    }
  }

  /// An image of the same size in another format, whose bytes a closure writes completely.
  private func withFormat(
    _ target: PixelFormat, _ fill: (UnsafeRawPointer, UnsafeMutableRawPointer) -> Void
  ) -> Image {
    let size = width * height * target.bytesPerPixel
    let result = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      bytes.withUnsafeBytes { source in
        if let from = source.baseAddress, let to = buffer.baseAddress {
          fill(from, UnsafeMutableRawPointer(to))
        }
      }
      count = size
    }
    return Image(width: width, height: height, format: target, bytes: result)
  }
}
