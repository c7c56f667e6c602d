import Basics
import Engine
import Foundation
import TestSupport
import Testing

@testable import Networks

/// A small detector with random weights, and its file.
private struct Fixture {
  let model = Model(
    .compact, classNames: ["cat", "na\u{ef}ve \"dog\""], imageSize: 64, seed: 6)

  init() {
    for index in model.parameters.values.indices { model.parameters.values[index] += 0.01 }
  }

  func file(
    as type: ElementType = .f32, metadata changes: [String: String?] = [:],
    _ edit: (inout SafetensorsWriter) -> Void = { _ in }
  ) throws -> Safetensors {
    var metadata = model.description.metadata
    for (key, value) in changes { metadata[key] = value }
    var writer = SafetensorsWriter(metadata: metadata)
    writer.add(model.parameters, as: type)
    edit(&writer)
    return try Safetensors(bytes: writer.bytes, name: "w.safetensors")
  }

  /// A file without some parameters.
  func file(without isLeftOut: (String) -> Bool) throws -> Safetensors {
    var writer = SafetensorsWriter(metadata: model.description.metadata)
    for entry in model.parameters.layout.entries where !isLeftOut(entry.name) {
      let (shape, values) = model.parameters.exported(entry)
      writer.add(entry.name, shape: shape, values: values)
    }
    return try Safetensors(bytes: writer.bytes, name: "w.safetensors")
  }
}

@Suite("Models in files") struct ModelTests {
  @Test("come back as they were, with all that detection needs")
  func roundTrip() throws {
    let fixture = Fixture()
    let read = try Model(fixture.file())
    #expect(read.description == fixture.model.description)
    #expect(read.parameters.values.elementsEqual(fixture.model.parameters.values))
    #expect(read.description.classNames == ["cat", "na\u{ef}ve \"dog\""])
  }

  @Test("name Glimpse's version, and keep a normalization exactly")
  func metadata() throws {
    let description = ModelDescription(.resnet18, classNames: ["a"], imageSize: 416)
    #expect(description.preprocessing == .imageNet)
    #expect(description.metadata["glimpse_version"] == glimpseVersion)
    #expect(try ModelDescription(metadata: description.metadata, name: "x") == description)
  }

  @Test("a segmenter's head, channels and normalization read back")
  func segmenter() throws {
    let percentile = PerImageNormalization.percentile(low: 0.5, high: 99.95)
    for (classes, channels, normalization, text) in [
      (["a"], 1, percentile, "percentile 0.5 99.95"), (["a", "b"], 4, .zScore, "zscore"),
    ] {
      let model = Model(
        .unet, classNames: classes, imageSize: 32,
        preprocessing: .perImage(normalization, channels: channels), seed: 1)
      var writer = SafetensorsWriter(metadata: model.description.metadata)
      writer.add(model.parameters, as: .f16)
      let read = try Model(Safetensors(bytes: writer.bytes, name: "w"))
      #expect(read.description == model.description)
      #expect(read.description.metadata["normalization"] == text)
      #expect(read.description.exportMetadata["input_values"]?.contains("of the image") == true)
      #expect(read.description.inputShape(n: 2) == Shape(n: 2, h: 32, w: 32, c: channels))
    }
    #expect(ModelDescription(.unet, classNames: ["a"]).head.text == "segmentation sigmoid")
    #expect(ModelDescription(.unet, classNames: ["a", "b"]).head.text == "segmentation softmax")
    for text in [
      "", "zscore 1", "percentile", "percentile 1", "percentile 99 1", "percentile -1 99",
      "percentile 1 101", "percentile 1 99 ", "percentile nan 99",
    ] { #expect(PerImageNormalization(text: text) == nil, "\(text)") }
  }

  @Test("a head's text reads back, and other texts are refused")
  func headText() {
    let heads: [Head] = [
      .classification, .segmentation(SegmentationHead(.softmax, auxiliaryOutputs: 2)),
      .detection(DetectionHead(strides: [8, 16, 32])),
      .detection(DetectionHead(strides: [64], hasObjectness: true)),
    ]
    for head in heads { #expect(Head(text: head.text) == head) }
    #expect(heads[1].text == "segmentation softmax auxiliary 2")
    // Files of older versions do not name the activation.
    #expect(Head(text: "segmentation") == .segmentation(SegmentationHead(.sigmoid)))
    #expect(heads[2].text == "detection yolox 8,16,32")
    for text in [
      "", "detection", "detection yolox", "detection dfl 8", "detection yolox 8,,16",
      "detection yolox 0", "detection yolox 8 what", "segmentation yolox 8", "segmentation ",
      "segmentation softmax auxiliary", "segmentation softmax auxiliary 0",
      "segmentation sigmoid auxiliary 4", "segmentation sigmoid auxiliary 1 1",
    ] { #expect(Head(text: text) == nil, "\(text)") }
  }

  @Test("another input size keeps the parameters")
  func resized() throws {
    let model = try Fixture().model.resized(to: 96)
    #expect(model.description.imageSize == 96)
    #expect(model.graph.shapes[model.graph.inputs[0]] == Shape(n: 1, h: 96, w: 96, c: 3))
    #expect(model.graph.shapes[model.graph.outputs[2]] == Shape(n: 1, h: 3, w: 3, c: 6))
  }

  @Test("stored in 16 bits take half the space and lose a two-thousandth at most")
  func halves() throws {
    let fixture = Fixture()
    let exact = fixture.model.parameters
    let read = try Model(fixture.file(as: .f16)).parameters
    for entry in exact.layout.entries {
      for index in entry.range {
        let (old, new) = (exact.values[index], read.values[index])
        // binary16 has 11 significant bits down to 2^-14, then steps of 2^-24.
        let allowed = max(old.magnitude * 0x1p-11, 0x1p-25)
        #expect((old - new).magnitude <= (entry.declaration.kind == .weight ? allowed : 0))
      }
    }
    let folder = FileManager.default.temporaryDirectory
    let path = folder.appendingPathComponent("glimpse-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try fixture.model.write(to: path, as: .f16)
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    // 4 bytes a parameter would be `count * 4`; names and biases keep it above the half.
    #expect((2.0...2.6).contains(Double(size) / Double(exact.layout.count)))
    #expect(try Model(path: path).description == fixture.model.description)
  }

  @Test("a weight too large for 16 bits keeps its layer in 32")
  func hugeWeight() throws {
    let fixture = Fixture()
    let name = "backbone.stem.conv.weight"
    #expect(fixture.model.parameters.fill(name, with: 1e6))
    let file = try fixture.file(as: .f16)
    #expect(file.entries[name]?.type == .f32)
    #expect(file.entries["backbone.stem.bn.weight"]?.type == .f32)
    #expect(file.entries["head.stride8.box.weight"]?.type == .f16)
  }

  @Test(
    "refuse a description that is not sound",
    arguments: [
      ("model", nil), ("model", "yolo\u{1b}[2J"), ("class_names", nil), ("class_names", "cat"),
      ("class_names", "[]"), ("class_names", "[1]"), ("input", "100x100"),
      ("input", "-32x-32"), ("input", "1e3"), ("input", "1048576x1048576"), ("input", "64x90"),
      ("mean", "[0,0]"), ("mean", "[]"), ("normalization", "zscore"),
      ("normalization", "what\u{1b}"), ("std", "[1,1,0]"), ("std", "[1,1,1e99]"), ("head", nil),
      ("head", "detection yolox 8,16"), ("head", "detection\u{1b}"),
    ] as [(String, String?)])
  func description(_ key: String, _ value: String?) throws {
    let file = try Fixture().file(metadata: [key: value])
    let error = #expect(throws: NetworksError.self) { try Model(file) }
    let sentence = error?.description ?? ""
    #expect(sentence.hasPrefix("w.safetensors"))
    #expect(!sentence.contains("\u{1b}"))
  }

  @Test("refuse a file that lacks a parameter, has one too many, or one of another shape")
  func misfits() throws {
    let fixture = Fixture()
    let name = "neck.lateral.conv.weight"
    let lacking = try fixture.file { $0 == name }
    let extra = try fixture.file { $0.add("extra", shape: [1], values: [0]) }
    let reshaped = try fixture.file(metadata: ["class_names": "[\"a\",\"b\",\"c\"]"])
    for (file, word) in [
      (lacking, "1 missing (such as \(name))"), (extra, "1 in the file that the network"),
      (reshaped, "6 of another shape"),
    ] {
      let error = #expect(throws: NetworksError.self) { try Model(file) }
      #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
    }
  }

  @Test("refuse numbers that are not finite")
  func notFinite() throws {
    let fixture = Fixture()
    fixture.model.parameters.values[3] = .nan
    let error = #expect(throws: NetworksError.self) { try Model(fixture.file()) }
    #expect(error?.description.contains("not finite") == true)
  }
}

@Suite("Loading what fits") struct LoadingTests {
  @Test("other classes: all but the last layers of the class branches")
  func otherClasses() throws {
    let fixture = Fixture()
    let block = Model(.compact, classNames: ["a", "b", "c"], imageSize: 64, seed: 1).parameters
    let before = block.copy()
    let report = try fixture.file().load(into: block)
    // A weight and a bias at each of three strides.
    #expect(report.unfit.count == 6)
    #expect(report.unfit.allSatisfy { $0.contains(".class.") })
    #expect(report.missing.isEmpty && report.unexpected.isEmpty)
    #expect(report.loaded.count == block.layout.entries.count - 6)
    #expect(!report.isComplete)
    for entry in block.layout.entries {
      let changed = !block.values[entry.range].elementsEqual(before.values[entry.range])
      let mayChange = report.loaded.contains(entry.name)
      #expect(!changed || mayChange)
    }
  }

  @Test("public ResNet weights fill a detector's backbone")
  func publicBackbone() throws {
    let scope = Scope()
    let shape = Shape(n: 1, h: 64, w: 64, c: 3)
    let logits = ResNetClassifier(backbone: .resnet18)(scope.input(shape), scope)
    let classifier = ParameterBlock(scope.finish(outputs: [logits]).parameterLayout, seed: 8)
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    writer.add(classifier)
    let file = try Safetensors(bytes: writer.bytes, name: "resnet18.safetensors")

    let detector = ParameterBlock(
      ModelSpec.resnet18.graph(classCount: 2, input: shape).parameterLayout, seed: 9)
    let report = file.load(into: detector, prefix: "backbone.")
    #expect(report.missing.allSatisfy { !$0.hasPrefix("backbone.") } && report.unfit.isEmpty)
    #expect(report.unexpected == ["fc.bias", "fc.weight"])
    // conv1 and bn1, then 8 blocks of two of each, and 3 shortcuts: 20 convolutions with one array
    // each, 20 normalizations with four.
    #expect(report.loaded.count == 20 + 20 * 4)
    #expect(report.summary.hasPrefix("100 parameters loaded, "))
    let (from, to) = (
      classifier.layout["layer4.1.conv2.weight"], detector.layout["backbone.layer4.1.conv2.weight"]
    )
    let source = try #require(from)
    let target = try #require(to)
    #expect(
      classifier.values[source.range].elementsEqual(detector.values[target.range]))
    // The same behind the name of a wrapper, as PyTorch's DataParallel writes it.
    var wrapped = SafetensorsWriter(metadata: [:])
    wrapped.add(classifier, prefix: "module.")
    let again = try Safetensors(bytes: wrapped.bytes, name: "wrapped.safetensors").load(
      into: detector, prefix: "backbone.")
    #expect(again.loaded == report.loaded && again.missing == report.missing)
    #expect(again.unexpected == ["module.fc.bias", "module.fc.weight"])
    // A detector's file says what it is for; this one does not.
    let error = #expect(throws: NetworksError.self) { try Model(file) }
    #expect(error?.description.contains("was not written by glimpse") == true)
  }
}
