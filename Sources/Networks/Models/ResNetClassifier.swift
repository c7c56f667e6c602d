import Engine

/// A ResNet that names the whole image: the backbone, a global mean, a linear layer.
///
/// At the root of the names it is torchvision's network, `conv1` to `fc`, and loads its weights.
package struct ResNetClassifier: Sendable {
  let backbone: ResNet
  let classCount: Int

  /// Makes the classifier.
  package init(backbone: ResNet, classCount: Int = 1000) {
    self.backbone = backbone
    self.classCount = classCount
  }

  /// Appends the classifier to an input of n, h, w, 3; n, 1, 1, `classCount` logits.
  package func callAsFunction(_ x: Value, _ scope: Scope) -> Value {
    head(backbone(x, scope), scope)
  }

  /// Appends what follows the backbone.
  func head(_ features: BackboneFeatures, _ scope: Scope) -> Value {
    let mean = scope["avgpool"].apply(GlobalAveragePool(), features.stride32)
    return scope["fc"].apply(Linear(mean.shape.c, classCount), mean)
  }
}
