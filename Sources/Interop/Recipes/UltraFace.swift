import Networks

/// UltraFace (Linzaer): run_video_face_detect_onnx.py and vision/utils/box_utils_numpy.py.
///
/// Outputs scores 1 x N x 2, background first, and boxes 1 x N x 4 as corners in parts of the image.
extension RecipeFamily {
  static let ultraFace = RecipeFamily(
    "ultraface", "UltraFace faces", expected: "outputs 1 x N x 2 (scores) and 1 x N x 4 (boxes)"
  ) { network in
    let dims = network.outputDims
    guard network.channels == 3, dims.count == 2, dims.allSatisfy({ $0.count == 3 && $0[0] == 1 }),
      dims[0][1] == dims[1][1], let scores = dims.firstIndex(where: { $0[2] == 2 }),
      let boxes = dims.firstIndex(where: { $0[2] == 4 }),
      network.outputs[boxes].name.contains("box")
    else { return nil }
    return Recipe(
      ImportedInput(
        height: network.height, width: network.width, .stretched, .rgb, mean: [127],
        deviation: [128]),
      classNames: faces,
      .boxes(Recipe.DetectionRule(confidence: 0.7, iou: 0.3)) { outputs, height, width, collector in
        let (scores, values) = (outputs[scores].values, outputs[boxes].values)
        for row in 0..<min(scores.count / 2, values.count / 4) {
          collector.add(0, Double(scores[row * 2 + 1])) {
            let (w, h) = (Double(width), Double(height))
            return SIMD4((0..<4).map { Double(values[row * 4 + $0]) }) * SIMD4(w, h, w, h)
          }
        }
      })
  }
}
