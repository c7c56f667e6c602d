import Networks

extension DarknetConfig {
  /// What the [yolo] layers mean; those whose numbers are missing are left out.
  var yoloHeads: [NetworkOutline.YOLOHead] {
    layers.enumerated().compactMap { index, layer in
      guard layer.kind == "yolo", let numbers = try? numbers(layer, "anchors"),
        let mask = try? self.numbers(layer, "mask"),
        let scale = try? number(layer, "scale_x_y", default: 1),
        let classCount = try? integer(layer, "classes", default: 20, in: 1...100_000)
      else { return nil }
      let anchors = (0..<numbers.count / 2).map {
        SIMD2(Double(numbers[2 * $0]), Double(numbers[2 * $0 + 1]))
      }
      let places = mask.isEmpty ? Array(anchors.indices) : mask.compactMap { Int(exactly: $0) }
      guard places.allSatisfy(anchors.indices.contains) else { return nil }
      return NetworkOutline.YOLOHead(
        output: "layer\(index - 1)_conv", anchors: places.map { anchors[$0] },
        scale: Double(scale), classCount: classCount)
    }
  }
}
