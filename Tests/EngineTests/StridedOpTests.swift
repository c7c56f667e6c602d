import Basics
import TestSupport
import Testing

@testable import Engine

/// The ops of imported networks against loops over indices.
@Suite struct StridedOpTests {
  /// Runs ops on one input; the graph's output is that of `build`.
  private func run(
    _ shape: Shape, _ values: [Float], _ build: (Scope, Value) throws -> Value
  ) throws -> [Float] {
    let scope = Scope()
    let x = scope.input(shape)
    let graph = scope.finish(outputs: [try build(scope, x)])
    let plan = try Plan(
      graph, inputShapes: [shape], mode: .inference, kernels: Kernels(InstructionSet.chosen()))
    let parameters = ParameterBlock(graph.parameterLayout, seed: 1)
    for index in 0..<parameters.layout.count { parameters.values[index] = Float(index) }
    let session = Session(plan, parameters: parameters, pool: ThreadPool(threads: 2))
    session.inputs[0].copy(from: Tensor(shape: shape, values: values))
    session.forward()
    return session.outputs[0].tensor().values
  }

  private let shape = Shape(n: 1, h: 2, w: 3, c: 4)
  private let numbers = (0..<24).map { Float($0) }

  /// h, w, c -> c, w, h by indices.
  @Test func aTransposition() throws {
    let part = Rearrange.Part(
      input: 0, extents: [2, 3, 4], source: StridedLayout(strides: [12, 4, 1]),
      target: StridedLayout(strides: [1, 2, 6]))
    let output = Shape(n: 1, h: 4, w: 3, c: 2)
    let found = try run(shape, numbers) { scope, x in
      scope["t"].apply(Rearrange(inputs: [shape], output: output, parts: [part]), x)
    }
    var expected: [Float] = []
    for c in 0..<4 {
      for w in 0..<3 {
        for h in 0..<2 { expected.append(Float(h * 12 + w * 4 + c)) }
      }
    }
    #expect(found == expected)
  }

  /// Two groups of channels alternate, as in ShuffleNet: n, h, w, (g, c) -> n, h, w, (c, g).
  @Test func aChannelShuffle() throws {
    let part = Rearrange.Part(
      input: 0, extents: [3, 4, 2], source: StridedLayout(strides: [8, 1, 4]),
      target: StridedLayout(strides: [8, 2, 1]))
    let shape = Shape(n: 1, h: 1, w: 3, c: 8)
    let found = try run(shape, numbers) { scope, x in
      scope["t"].apply(Rearrange(inputs: [shape], output: shape, parts: [part]), x)
    }
    let expected = (0..<24).map { (index: Int) -> Float in
      let (pixel, channel) = (index / 8, index % 8)
      return Float(pixel * 8 + channel % 2 * 4 + channel / 2)
    }
    #expect(found == expected)
  }

  /// A part in a tensor of another value, read backward.
  @Test func aPartInAFilledTensor() throws {
    let part = Rearrange.Part(
      input: 0, extents: [3], source: StridedLayout(offset: 22, strides: [-2]),
      target: StridedLayout(offset: 1, strides: [1]))
    let output = Shape(n: 1, h: 1, w: 1, c: 5)
    let found = try run(shape, numbers) { scope, x in
      scope["t"].apply(Rearrange(inputs: [shape], output: output, fill: -1, parts: [part]), x)
    }
    #expect(found == [-1, 22, 20, 18, -1])
  }

  /// An input that lies inside of a concatenation has gaps between its pixels.
  @Test func inputsWithGaps() throws {
    let whole = Rearrange.Part(
      input: 0, extents: [24], source: StridedLayout(strides: [1]),
      target: StridedLayout(strides: [1]))
    let turned = Rearrange.Part(
      input: 0, extents: [4, 6], source: StridedLayout(strides: [1, 4]),
      target: StridedLayout(strides: [6, 1]))
    let byChannel = (0..<24).map { (index: Int) -> Float in Float(index % 6 * 4 + index / 6) }
    for (part, expected) in [(whole, numbers), (turned, byChannel)] {
      let found = try run(shape, numbers) { scope, x in
        // The activation writes into the concatenation, and is read from there.
        let y = scope["a"].apply(UnaryOp(.absolute), x)
        let z = scope["b"].apply(UnaryOp(.negative), x)
        let joined = scope["c"].apply(Concat(), z, y)
        let copy = scope["d"].apply(
          Rearrange(inputs: [shape], output: shape, parts: [part]), y)
        let sum = scope["e"].apply(Reduce(.maximum), joined)
        let gate = StridedLayout(strides: [3, 1, 0])
        return scope["f"].apply(
          BinaryOp(
            .add, inputs: [shape, sum.shape], output: shape, extents: [2, 3, 4],
            layouts: [StridedLayout(strides: [12, 4, 1]), gate]), copy, sum)
      }
      // The largest of |x| over the channels of each pixel is its last channel.
      var sums: [Float] = []
      for (index, value) in expected.enumerated() { sums.append(value + Float(index / 4 * 4 + 3)) }
      #expect(found == sums)
    }
  }

  @Test func broadcastingRepeatsAxes() throws {
    // Rows of 4 values minus a column of constants 0, 1.
    let found = try run(shape, numbers) { scope, x in
      let constants = scope["k"].apply(ConstantOp(Shape(n: 1, h: 1, w: 1, c: 2)), [])
      return scope["s"].apply(
        BinaryOp(
          .subtract, inputs: [shape, constants.shape], output: shape, extents: [2, 12],
          layouts: [StridedLayout(strides: [12, 1]), StridedLayout(strides: [1, 0])]), x, constants)
    }
    #expect(found == numbers.map { $0 - ($0 >= 12 ? 1 : 0) })
  }

  /// Scale 0.5, zero point 3, levels 0 to 7: x is (level - 3) / 2.
  @Test("levels, ties to even, and limits by hand", arguments: [3, 4])
  func quantization(channels: Int) throws {
    let quantization = Quantization(scale: 0.5, zero: 3, low: 0, high: 7)
    let values: [Float] = [-9, -1.5, -0.75, -0.25, 0, 0.25, 0.3, 0.75, 1, 1.3, 2, 9]
    // x / 0.5 is -18, -3, -1.5, -0.5, 0, 0.5, 0.6, 1.5, 2, 2.6, 4, 18.
    let offsets: [Float] = [-3, -3, -2, 0, 0, 0, 1, 2, 2, 3, 4, 4]
    let shape = Shape(n: 1, h: 1, w: 12 / channels, c: channels)
    for (form, expected) in [
      (QuantizedForm.levels, offsets.map { $0 + 3 }), (.offsets, offsets),
      (.values, offsets.map { $0 / 2 }),
    ] {
      let found = try run(shape, values) { scope, x in
        scope["q"].apply(Quantize(quantization, form), x)
      }
      #expect(found == expected)
    }
    #expect(values.map(quantization.level) == offsets.map { $0 + 3 })
    // The factors of `run` are 0, 1, 2 ...
    let scaled = try run(shape, values) { scope, x in
      scope["q"].apply(Quantize(quantization, .offsets, factors: channels), x)
    }
    let expected = values.enumerated().map { (index: Int, value: Float) -> Float in
      let product = value * Float(index % channels)
      return min(max(product.rounded(.toNearestOrEven), -3), 4)
    }
    #expect(scaled == expected)
  }

  /// By ONNX's formula: the range -1...4.1 has the scale 0.02, and -1 / 0.02 the zero point 50.
  @Test func dynamicQuantization() throws {
    let values: [Float] = [-1, 4.1, 0, 0.01, 0.03, 2]
    let shape = Shape(n: 1, h: 1, w: 2, c: 3)
    let range = try run(shape, values) { scope, x in
      scope["r"].apply(QuantizationRange(), x)
    }
    #expect(abs(range[0] - 0.02) < 1e-8 && range[1] == 50)
    for (form, zero) in [(QuantizedForm.levels, Float(50)), (.offsets, 0)] {
      let found = try run(shape, values) { scope, x in
        let range = scope["r"].apply(QuantizationRange(), x)
        return scope["q"].apply(DynamicQuantize(form), x, range)
      }
      // 0.01 / 0.02 is a tie only in exact numbers; 0.03 / 0.02 likewise.
      let ties = [values[3], values[4]].map { ($0 / range[0]).rounded(.toNearestOrEven) }
      #expect(found == [-50 + zero, 205 + zero, zero, ties[0] + zero, ties[1] + zero, 100 + zero])
    }
    // Zeros have the scale 1, as in onnxruntime.
    let zeros = try run(shape, [Float](repeating: 0, count: 6)) { scope, x in
      scope["r"].apply(QuantizationRange(), x)
    }
    #expect(zeros == [1, 0])
  }

  @Test func matricesAreMultiplied() throws {
    // [[0, 1], [2, 3]] times [[4, 5], [6, 7]] by hand.
    let values: [Float] = [0, 1, 2, 3, 4, 5, 6, 7]
    let found = try run(Shape(n: 2, h: 1, w: 2, c: 2), values) { scope, x in
      func half(_ offset: Int) -> Value {
        let part = Rearrange.Part(
          input: 0, extents: [4], source: StridedLayout(offset: offset, strides: [1]),
          target: StridedLayout(strides: [1]))
        return scope["h\(offset)"].apply(
          Rearrange(inputs: [x.shape], output: x.shape.with(n: 1), parts: [part]), x)
      }
      return scope["m"].apply(MatrixProduct(), half(0), half(4))
    }
    #expect(found == [6, 7, 26, 31])
  }

  @Test func reductionsAreWhatTheirNamesSay() {
    let values: [Float] = [3, -1, 3, 2]
    func reduce(_ function: Reduce.Function) -> Float {
      values.withUnsafeBufferPointer { function.value($0) }
    }
    #expect(reduce(.sum) == 7 && reduce(.mean) == 1.75 && reduce(.product) == -18)
    #expect(reduce(.minimum) == -1 && reduce(.maximum) == 3 && reduce(.l1) == 9)
    #expect(reduce(.sumOfSquares) == 23 && reduce(.firstMaximum) == 0)
    #expect(reduce(.lastMaximum) == 2 && reduce(.firstMinimum) == 1)
  }

  /// Two taps per output use the kernel of bilinear interpolation; the weighted sum of any number of
  /// taps must agree.
  @Test func resamplingAgreesWithItsDefinition() throws {
    let rows = Resample.Axis(
      taps: 2, indices: [0, 1, 0, 1, 1, 1], weights: [0.75, 0.25, 0.5, 0.5, 1, 0])
    let columns = Resample.Axis(taps: 1, indices: [2, 0], weights: [1, 1])
    let two = Resample.Axis(taps: 2, indices: [0, 1, 1, 2], weights: [1, 0, 0.25, 0.75])
    for (r, c) in [(rows, columns), (rows, two)] {
      let found = try run(shape, numbers) { scope, x in
        scope["r"].apply(Resample(shape, rows: r, columns: c), x)
      }
      var expected: [Float] = []
      for y in 0..<3 {
        for x in 0..<2 {
          for channel in 0..<4 {
            var sum: Float = 0
            for i in y * r.taps..<(y + 1) * r.taps {
              for j in x * c.taps..<(x + 1) * c.taps {
                let place = r.indices[i] * 12 + c.indices[j] * 4 + channel
                sum += r.weights[i] * c.weights[j] * Float(place)
              }
            }
            expected.append(sum)
          }
        }
      }
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }
}
