import Engine

extension ModelSpec {
  /// The U-Net of the paper's size; 31 M parameters, 96 GFLOP at 256.
  package static let unet = unet("unet", "U-Net of 64 to 1024 channels", width: 64)

  /// A U-Net to train from scratch on two cores; 1.9 M parameters, 6 GFLOP at 256.
  package static let unetS = unet(
    "unet-s", "U-Net of 16 to 256 channels; made to train from scratch on a CPU", width: 16)

  private static func unet(_ name: String, _ summary: String, width: Int) -> ModelSpec {
    ModelSpec(
      name: name, summary: summary, defaultSize: 256, preprocessing: .perImage(.usual),
      head: .segmentation(SegmentationHead(.sigmoid))
    ) { x, head, logitCount, scope in
      UNet(logitCount: logitCount, width: width, auxiliaryOutputs: head.auxiliaryOutputs)(x, scope)
    }
  }

  /// A U-Net with a ResNet-18 as encoder, for its pretrained weights; 14.3 M parameters, 11 GFLOP at
  /// 256.
  package static let unetResNet18 = ModelSpec(
    name: "unet-resnet18", summary: "U-Net with a ResNet-18 as encoder", defaultSize: 256,
    preprocessing: .imageNet.scaled(perImage: .usual),
    head: .segmentation(SegmentationHead(.sigmoid))
  ) { x, head, logitCount, scope in
    ResNetUNet(
      encoder: .resnet18, logitCount: logitCount, auxiliaryOutputs: head.auxiliaryOutputs)(x, scope)
  }
}

extension Head {
  /// The number of outputs of reduced size of a segmentation head; 0 for others.
  fileprivate var auxiliaryOutputs: Int {
    guard case .segmentation(let head) = self else { return 0 }
    return head.auxiliaryOutputs
  }
}
