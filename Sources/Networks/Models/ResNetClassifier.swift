import Engine

extension ModelSpec {
  /// ResNet-18 classifier; 11.7 M parameters with 1000 classes, 3.6 GFLOP at 224.
  package static let resnet18Classifier = ModelSpec(
    name: "resnet18-cls", summary: "ResNet-18 image classifier", defaultSize: 224,
    preprocessing: .imageNet, head: .classification
  ) { x, _, classCount, scope in
    [ResNetClassifier(backbone: .resnet18, classCount: classCount)(x, scope)]
  }
}

/// A ResNet classifier: the backbone, global average pooling, a linear layer.
///
/// In the root scope, parameter names equal torchvision's, `conv1` to `fc`.
struct ResNetClassifier {
  let backbone: ResNet
  var classCount = 1000

  /// Input n, h, w, 3; n, 1, 1, `classCount` logits.
  func callAsFunction(_ x: Value, _ scope: Scope) -> Value {
    head(backbone(x, scope), scope)
  }

  /// The layers after the backbone.
  func head(_ features: BackboneFeatures, _ scope: Scope) -> Value {
    let mean = scope["avgpool"].apply(AveragePool.global, features.stride32)
    return scope["fc"].apply(Convolution.linear(mean.shape.c, classCount), mean)
  }
}
