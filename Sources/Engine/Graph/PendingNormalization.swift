import CGlimpseKernels

/// The values per channel of a batch normalization in one step, `channels` floats each.
struct NormalizationRows {
  /// The mean, and the inverse of the standard deviation.
  let mean, inverse: UnsafeMutablePointer<Float>
  /// The normalized value is x * scale + shift.
  let scale, shift: UnsafeMutablePointer<Float>
  /// The gradient is dx = dy * scale + x * factor + offset.
  let factor, offset: UnsafeMutablePointer<Float>

  static func count(_ channels: Int) -> Int { 6 * channels }

  init(_ memory: UnsafeMutablePointer<Float>, _ channels: Int) {
    (mean, inverse) = (memory, memory + channels)
    (scale, shift) = (memory + 2 * channels, memory + 3 * channels)
    (factor, offset) = (memory + 4 * channels, memory + 5 * channels)
  }
}

/// A batch normalization with activation that is not stored: the tensor in memory is its input x,
/// and each reader computes activation(x * scale + shift) for the rows that it needs.
///
/// This saves the memory of the normalized tensor and two passes over it in each direction.
struct PendingNormalization {
  let activation: gk_activation
  let rows: NormalizationRows
}
