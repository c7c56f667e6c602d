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
  /// The input normalization: that of the backbone's pretrained weights, 0...1, or per image.
  package let preprocessing: Preprocessing
  /// The head; for segmentation networks that of one class.
  package let head: Head
  /// Appends the network to an input n, h, w, c and returns the outputs in the format of `head`,
  /// which has `logitCount` class logits at each place. Detectors and classifiers take three
  /// channels, segmentation networks 1 to 4.
  package let build:
    @Sendable (_ input: Value, _ head: Head, _ logitCount: Int, _ scope: Scope) -> [Value]

  package var task: ModelTask { head.task }

  /// The head for a number of classes; only that of segmentation networks depends on it.
  package func head(classCount: Int) -> Head {
    task == .segmentation ? .segmentation(SegmentationHead(classCount: classCount)) : head
  }

  /// Whether the network can have this head and this input.
  func supports(_ head: Head, _ preprocessing: Preprocessing) -> Bool {
    guard task == .segmentation else {
      return head == self.head && preprocessing.channels == 3 && preprocessing.perImage == nil
    }
    return head.task == task
  }

  /// Builds the network; h and w are multiples of 32.
  ///
  /// - Parameter head: The head; nil for the usual one.
  package func graph(classCount: Int, input: Shape, head: Head? = nil) -> Graph {
    precondition(
      Preprocessing.channelCounts.contains(input.c) && input.h % 32 == 0 && input.w % 32 == 0,
      "networks take 1 to 4 channels and sides that are multiples of 32, not \(input)")
    let (scope, head) = (Scope(), head ?? self.head(classCount: classCount))
    let outputs = build(
      scope.input(input), head, head.logitCount(classCount: classCount), scope)
    return scope.finish(outputs: outputs)
  }
}

/// The list of models; to add one, add its file and an entry here.
package enum ModelCatalog {
  package static let all: [ModelSpec] =
    [
      .compact, .compactN, .compactM, .resnet18, .resnet50, .unetS, .unet, .unetResNet18,
      .resnet18Classifier,
    ]

  /// The models that commands offer; classifiers cannot be trained or run yet.
  package static let listed = all.filter { $0.task != .classification }

  package static subscript(name: String) -> ModelSpec? { all.first { $0.name == name } }

  /// The names of a task's models.
  package static func names(_ task: ModelTask) -> [String] {
    all.filter { $0.task == task }.map(\.name)
  }
}
