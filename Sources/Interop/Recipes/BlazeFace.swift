import Networks

/// BlazeFace of the front camera (MediaPipe; conversion by zmurez/MediaPipePyTorch): blazebase.py and
/// blazeface.py.
///
/// Outputs 1 x 896 x 16, box and six points in pixels relative to anchors, and 1 x 896 x 1, raw scores. Two
/// anchors per cell of 16 x 16, then six per cell of 8 x 8. Overlapping boxes are averaged.
extension RecipeFamily {
  static let blazeFace = RecipeFamily(
    "blazeface", "BlazeFace, front camera", expected: "outputs 1 x 896 x 16 and 1 x 896 x 1"
  ) { network in
    let dims = network.outputDims
    guard network.channels == 3, dims.count == 2,
      let boxes = dims.firstIndex(of: [1, 896, 16]), let scores = dims.firstIndex(of: [1, 896, 1])
    else { return nil }
    return Recipe(
      ImportedInput(
        height: network.height, width: network.width, .letterbox(isCentered: true, fill: 0), .rgb,
        deviation: [255]),
      classNames: faces,
      .boxes(Recipe.DetectionRule(confidence: 0.75, iou: 0.3, blends: true)) {
        outputs, height, width, collector in
        let anchors = [(cells: 16, count: 2), (cells: 8, count: 6)].flatMap { level in
          (0..<level.cells * level.cells * level.count).map { index in
            let cell = index / level.count
            return (
              x: (Double(cell % level.cells) + 0.5) / Double(level.cells),
              y: (Double(cell / level.cells) + 0.5) / Double(level.cells)
            )
          }
        }
        let (values, raw) = (outputs[boxes].values, outputs[scores].values)
        for (row, anchor) in anchors.enumerated()
        where (row + 1) * 16 <= values.count && row < raw.count {
          collector.add(0, sigmoid(min(max(raw[row], -100), 100))) {
            func value(_ index: Int) -> Double { Double(values[row * 16 + index]) }
            return box(
              centerX: value(0) + anchor.x * Double(width),
              centerY: value(1) + anchor.y * Double(height), width: value(2), height: value(3))
          }
        }
      })
  }
}
