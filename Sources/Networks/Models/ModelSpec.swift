import Basics
import Engine

/// A model of the catalog; builds the network for given classes and input size.
package struct ModelSpec: Sendable {
  /// The name on the command line and in weights files.
  package let name: String
  /// A one-line description for help and tables.
  package let summary: String
  /// The default input size.
  package let defaultSize: InputSize
  /// The input normalization: that of the backbone's pretrained weights, or 0...1.
  package let preprocessing: Preprocessing
  package let head: Head
  /// Appends the network to an input n, h, w, 3 and returns the outputs in the format of `head`.
  package let build: @Sendable (_ input: Value, _ classCount: Int, _ scope: Scope) -> [Value]

  package var task: ModelTask { head.task }

  /// Builds the network; the input has three channels, and h and w are multiples of 32.
  package func graph(classCount: Int, input: Shape) -> Graph {
    precondition(
      input.c == 3 && input.h % 32 == 0 && input.w % 32 == 0,
      "networks take three channels and sides that are multiples of 32, not \(input)")
    let scope = Scope()
    return scope.finish(outputs: build(scope.input(input), classCount, scope))
  }
}

/// Input normalization of 8-bit samples: `(sample / 255 - mean) / standardDeviation` per channel
/// (red, green, blue).
package struct Preprocessing: Hashable, Sendable {
  package var mean: [Float]
  package var standardDeviation: [Float]

  /// Scales samples to 0...1.
  package static let unit = Preprocessing(mean: [0, 0, 0], standardDeviation: [1, 1, 1])
  /// ImageNet's mean and standard deviation, as used by torchvision's weights.
  package static let imageNet = Preprocessing(
    mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])
}

/// The list of models; to add one, add its file and an entry here.
package enum ModelCatalog {
  package static let all: [ModelSpec] =
    [.compact, .compactN, .compactM, .resnet18, .resnet50, .unet, .resnet18Classifier]

  /// The models that commands offer; classifiers cannot be trained or run yet.
  package static let listed = all.filter { $0.task != .classification }

  /// The models that can be trained; no dataset has targets for segmentation yet.
  package static let trainable = listed.filter { $0.task != .segmentation }

  package static subscript(name: String) -> ModelSpec? { all.first { $0.name == name } }

  /// The names of a task's models.
  package static func names(_ task: ModelTask) -> [String] {
    all.filter { $0.task == task }.map(\.name)
  }
}
