import Testing

@testable import Engine
@testable import Interop

/// Pooling, sampling and normalization; expected values by hand from the ONNX specification's formulas.
@Suite struct PoolOperatorTests {
  private func numbers(_ dims: [Int]) -> ConstantTensor {
    .floats(dims, (0..<dims.reduce(1, *)).map { Float($0) })
  }

  @Test func maximaWithTheirPlaces() throws {
    let kernel: [String: ONNXAttribute] = ["kernel_shape": .integers([2, 2])]
    let places: [Float] = [4, 5, 7, 8, 13, 14, 16, 17]
    try OperatorRun(type: "MaxPool", attributes: kernel, outputs: 2).expect(
      [numbers([1, 2, 3, 3])], [([1, 2, 2, 2], places), ([1, 2, 2, 2], places)])
    // The first of equal values, also where they are the smallest number.
    for value in [Float(0), -.infinity] {
      let found = try OperatorRun(type: "MaxPool", attributes: kernel, outputs: 2).results(
        [.floats([1, 1, 3, 3], [Float](repeating: value, count: 9))])
      #expect(found[1].values == [0, 1, 3, 4])
    }
    try OperatorRun(
      type: "MaxPool", attributes: kernel.merging(["dilations": .integers([2, 2])]) { $1 }
    ).expect([numbers([1, 1, 4, 4])], [([1, 1, 2, 2], [10, 11, 14, 15])])
  }

  /// Windows of values 2 apart in 0, [1, 2, 3, 4], 0.
  @Test func meansOfDilatedWindows() throws {
    for (counts, expected) in [(0, [Float](arrayLiteral: 2, 2, 3, 3)), (1, [1, 2, 3, 1.5])] {
      try OperatorRun(
        type: "AveragePool",
        attributes: [
          "kernel_shape": .integers([2]), "dilations": .integers([2]), "pads": .integers([1, 1]),
          "count_include_pad": .integer(Int64(counts)),
        ]
      ).expect([.floats([1, 1, 4], [1, 2, 3, 4])], [([1, 1, 4], expected)])
    }
  }

  @Test func normsOfWindows() throws {
    try OperatorRun(type: "LpPool", attributes: ["kernel_shape": .integers([2])]).expect(
      [.floats([1, 1, 3], [3, -4, 3])], [([1, 1, 2], [5, 5])])
    try OperatorRun(
      type: "LpPool", attributes: ["kernel_shape": .integers([2]), "p": .integer(1)]
    ).expect([.floats([1, 1, 3], [3, -4, 0])], [([1, 1, 2], [7, 4])])
  }

  /// Samples of the row 10, 20, 30, 80 at x; y is its middle.
  private func samples(
    _ places: [Float], _ mode: String, _ padding: String = "zeros", aligned: Bool = false
  ) throws -> [Float] {
    try OperatorRun(
      type: "GridSample",
      attributes: [
        "mode": .text(mode), "padding_mode": .text(padding),
        "align_corners": .integer(aligned ? 1 : 0),
      ]
    ).results([
      .floats([1, 1, 1, 4], [10, 20, 30, 80]),
      .floats([1, 1, places.count, 2], places.flatMap { [$0, 0] }),
    ])[0].values
  }

  @Test(arguments: [("linear", "cubic"), ("bilinear", "bicubic")])
  func samplesAtPoints(_ linear: String, _ cubic: String) throws {
    // With aligned corners, -1, 0 and 1 are the places 0, 1.5 and 3; else -0.5, 1.5 and 3.5.
    #expect(try samples([-1, 0, 1], linear, aligned: true) == [10, 25, 80])
    #expect(try samples([-1, 0, 1], linear) == [5, 25, 40])
    #expect(try samples([-1, 0, 1], linear, "border") == [10, 25, 80])
    // 5.5 is reflected at 3.5 to 1.5, -2.5 at -0.5 to 1.5, and -4.5 at -0.5 to 3.5.
    #expect(try samples([2, -2, -3], linear, "reflection") == [25, 25, 80])
    // Halves round to the even place: 1.5 to 2, -0.5 to 0, 3.5 to 4, which lies outside.
    #expect(try samples([0, -1, 1], "nearest") == [30, 10, 0])
    #expect(try samples([0, -1, 1], "nearest", "border") == [30, 10, 80])
    #expect(try samples([0, -1, 1], "nearest", "reflection") == [30, 10, 80])
    // The weights at 1.5 are -0.09375, 0.59375, 0.59375, -0.09375.
    let found = try samples([0], cubic, aligned: true)
    #expect(abs(found[0] - 21.25) < 1e-4)
    // The sources at 3.5 are 30, 80 and the border twice, as in PyTorch: -0.09375 * 30 + 1.09375 * 80.
    let border = try samples([1], cubic, "border")
    #expect(abs(border[0] - 84.6875) < 1e-3)
  }

  /// Points that are no numbers or far away read nothing outside.
  @Test func samplesFarAway() throws {
    let places: [Float] = [.nan, .infinity, -.infinity, 1e30, -1e30]
    for mode in ["nearest", "linear", "cubic"] {
      #expect(try samples(places, mode).allSatisfy { $0 == 0 })
      for padding in ["border", "reflection"] {
        #expect(try samples(places, mode, padding).allSatisfy { $0.isFinite })
      }
    }
    #expect(try samples(places, "linear", "border") == [10, 80, 10, 80, 10])
  }

  @Test func responsesAreNormalizedAcrossChannels() throws {
    let x = ConstantTensor.floats([1, 4, 1, 1], [1, 2, 3, 4])
    for (size, expected) in [
      (3, [1.0 / 6, 2 / 15, 3 / 30, 4 / 26]), (2, [1.0 / 6, 2 / 14, 3 / 26, 4 / 17]),
      // All channels: 1 + 30.
      (65536, [1.0 / 31, 2 / 31, 3 / 31, 4 / 31]),
    ] as [(Int, [Float])] {
      try OperatorRun(
        type: "LRN",
        attributes: [
          "size": .integer(Int64(size)), "alpha": .float(Float(size)), "beta": .float(1),
        ]
      ).expect([x], [([1, 4, 1, 1], expected)])
    }
  }

  @Test func layersAreNormalized() throws {
    try OperatorRun(
      type: "LayerNormalization", attributes: ["epsilon": .float(0)], outputs: 3
    ).expect(
      [.floats([2, 2], [1, 3, 2, 6]), .floats([2], [1, 2]), .floats([2], [0, 5])],
      [([2, 2], [-1, 7, -1, 7]), ([2, 1], [2, 4]), ([2, 1], [1, 0.5])])
  }

  /// Before operator set 21, scale and bias are those of groups.
  @Test func groupsAreNormalized() throws {
    let x = ConstantTensor.floats([1, 4, 1], [1, 3, 2, 6])
    let attributes: [String: ONNXAttribute] = ["num_groups": .integer(2), "epsilon": .float(0)]
    try OperatorRun(type: "GroupNormalization", attributes: attributes).expect(
      [x, .floats([4], [1, 2, 3, 4]), .floats([4], [0, 0, 0, 1])], [([1, 4, 1], [-1, 2, -3, 5])])
    try OperatorRun(type: "GroupNormalization", attributes: attributes, operatorSet: 18).expect(
      [x, .floats([2], [1, 3]), .floats([2], [0, 1])], [([1, 4, 1], [-1, 1, -2, 4])])
  }

  @Test func centersAreCutOrPadded() throws {
    try OperatorRun(type: "CenterCropPad").expect(
      [numbers([1, 4]), .integers([2], [2, 1])], bound: [1], [([2, 1], [1, 0])])
  }
}
