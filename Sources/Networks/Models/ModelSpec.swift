import Engine

/// A model of the catalog: all that it takes to build the network, except classes and input size.
package struct ModelSpec: Sendable {
  /// The name that users write.
  package let name: String
  /// One line for help and tables.
  package let summary: String
  /// The side of the square input that it is meant for, in pixels.
  package let defaultSize: Int
  /// What pretrained weights of the backbone expect, or plain 0...1.
  package let preprocessing: Preprocessing
  package let head: Head
  /// Appends the network to an input of n, h, w, 3 and returns the outputs that `head` describes.
  package let build: @Sendable (_ input: Value, _ classCount: Int, _ scope: Scope) -> [Value]

  package var task: ModelTask { head.task }

  /// Builds the network; h and w are multiples of 32.
  package func graph(classCount: Int, input: Shape) -> Graph {
    precondition(
      input.c == 3 && input.h % 32 == 0 && input.w % 32 == 0,
      "networks take three channels and sides that are multiples of 32, not \(input)")
    let scope = Scope()
    return scope.finish(outputs: build(scope.input(input), classCount, scope))
  }
}

/// How 8-bit samples become a network's input: `(sample / 255 - mean) / standardDeviation`, by
/// channel (red, green, blue).
package struct Preprocessing: Hashable, Sendable {
  package var mean: [Float]
  package var standardDeviation: [Float]

  /// Samples from 0 to 1.
  package static let unit = Preprocessing(mean: [0, 0, 0], standardDeviation: [1, 1, 1])
  /// Mean 0 and deviation 1 over ImageNet: what public classification weights expect.
  package static let imageNet = Preprocessing(
    mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])
}

/// The list of models: adding one takes its file and an entry here.
package enum ModelCatalog {
  package static let all: [ModelSpec] = [.compact, .resnet18, .unet, .resnet18Classifier]

  /// Those that commands offer: models of tasks that can be trained or run.
  package static let listed = all.filter { $0.task != .classification }

  package static subscript(name: String) -> ModelSpec? { all.first { $0.name == name } }

  /// The names of a task's models.
  package static func names(_ task: ModelTask) -> [String] {
    all.filter { $0.task == task }.map(\.name)
  }
}
