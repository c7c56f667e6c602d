import Engine

/// The output of a backbone or neck: feature maps at three strides.
package struct BackboneFeatures: Sendable {
  /// 1/8 of the input's size.
  package let stride8: Value
  /// 1/16 of the input's size.
  package let stride16: Value
  /// 1/32 of the input's size.
  package let stride32: Value
}
