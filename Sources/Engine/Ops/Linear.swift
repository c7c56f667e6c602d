/// A fully connected layer on each pixel: y = x W + b.
///
/// Input n, h, w, `inputs`; output n, h, w, `outputs` (Goodfellow et al. 2016, "Deep Learning",
/// eq. 6.1). It is a 1x1 convolution that reads and writes weights files as a linear layer does.
package struct Linear: Op {
  private let convolution: Convolution
  private let inputChannels: Int
  private let outputChannels: Int

  /// Makes a layer.
  package init(_ inputChannels: Int, _ outputChannels: Int, bias: Bool = true) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    convolution = Convolution(
      inputChannels, outputChannels, kernel: 1, padding: 0, bias: bias,
      weightInitializer: .uniform(fan: inputChannels))
  }

  /// `linear`.
  package var kind: String { "linear" }

  /// `weight` [in][out] and, with a bias, `bias` [out].
  package var parameters: [ParameterDeclaration] {
    let parameters = convolution.parameters
    return [
      ParameterDeclaration(
        "weight", shape: [inputChannels, outputChannels], kind: .weight,
        initializer: parameters[0].initializer, layout: .linear)
    ] + parameters.dropFirst()
  }

  /// As the convolution.
  package var backwardReads: SavedTensors { convolution.backwardReads }

  /// n, h, w, outputs.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    guard inputs[0].c == inputChannels else {
      throw EngineError("a linear layer of \(inputChannels) channels got \(inputs[0])")
    }
    return inputs[0].with(c: outputChannels)
  }

  /// As the convolution.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    convolution.flops(inputs, output)
  }

  /// As the convolution.
  package func preparedCount(_ inputs: [Shape], _ output: Shape) -> Int {
    convolution.preparedCount(inputs, output)
  }

  /// As the convolution.
  package func stateCount(_ inputs: [Shape], _ output: Shape) -> Int {
    convolution.stateCount(inputs, output)
  }

  /// As the convolution.
  package func forwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    convolution.forwardScratchCount(inputs, output)
  }

  /// As the convolution.
  package func backwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    convolution.backwardScratchCount(inputs, output)
  }

  /// As the convolution.
  package func workspaceCount(_ inputs: [Shape], _ output: Shape) -> Int {
    convolution.workspaceCount(inputs, output)
  }

  /// Packs the weights.
  package func prepare(_ context: PrepareContext) { convolution.prepare(context) }
  /// y = x W + b
  package func forward(_ context: ForwardContext) { convolution.forward(context) }
  /// dW += x^T dy, db += sum dy, dx = dy W^T
  package func backward(_ context: BackwardContext) { convolution.backward(context) }
}
