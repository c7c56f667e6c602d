import Engine
import Imaging

/// The catalog: every network that Glimpse can build, by the name that users write.
package enum Architecture: String, CaseIterable, Sendable {
  /// About 1 M parameters and 1.3 GFLOP at 416: depthwise backbone, path aggregation, small head.
  case compact
  /// ResNet-18 with a pyramid neck and a head of plain convolutions: 16 GFLOP at 416.
  case resnet18
  /// The U-Net of 64 to 1024 channels: 31 M parameters and 96 GFLOP at 256.
  case unet

  /// What a network is for.
  package enum Task: Hashable, Sendable {
    /// Boxes around objects; the outputs are those of `DecoupledHead`.
    case detection
    /// A class for each pixel; the output has the input's size and one logit a class.
    case segmentation
  }

  /// What it is for.
  package var task: Task {
    switch self {
    case .compact, .resnet18: .detection
    case .unet: .segmentation
    }
  }

  /// Those that find objects.
  package static var detectors: [Architecture] { allCases.filter { $0.task == .detection } }

  /// The side of the square images that it is meant for, in pixels.
  package var defaultImageSize: Int {
    switch self {
    case .compact, .resnet18: 416
    case .unet: 256
    }
  }

  /// How pixels become numbers: what public backbone weights were trained on, or plain 0...1.
  package var normalization: Normalization {
    switch self {
    case .compact, .unet: .unit
    case .resnet18: .imageNet
    }
  }

  /// One line for help and tables.
  package var summary: String {
    switch self {
    case .compact: "depthwise backbone, path aggregation neck; made to train from scratch on a CPU"
    case .resnet18: "ResNet-18 with a feature pyramid; more exact and ten times the work"
    case .unet: "U-Net of 64 to 1024 channels, which gives each pixel its class"
    }
  }

  /// Builds the network for `classCount` classes and an input of n, h, w, 3; h and w are multiples
  /// of 32.
  package func graph(classCount: Int, input: Shape) -> Graph {
    precondition(
      input.c == 3 && input.h % 32 == 0 && input.w % 32 == 0,
      "networks take three channels and sides that are multiples of 32, not \(input)")
    let scope = Scope()
    let x = scope.input(input)
    let outputs =
      switch self {
      case .compact: CompactDetector(classCount: classCount)(x, scope)
      case .resnet18: ResNetDetector(backbone: .resnet18, classCount: classCount)(x, scope)
      case .unet: [UNet(classCount: classCount)(x, scope)]
      }
    return scope.finish(outputs: outputs)
  }
}
