import Basics
import Engine
import Foundation

/// The metadata of a weights file: model name, class names, input size, preprocessing and head.
public struct ModelDescription: Hashable, Sendable {
  /// The model's name in the catalog.
  public var name: String
  /// The class names in the order of the outputs.
  public var classNames: [String]
  /// The input size.
  public var imageSize: InputSize
  package var preprocessing: Preprocessing
  package var head: Head

  package var task: ModelTask { head.task }

  /// The largest input shape for a batch of `n` images.
  package func inputShape(n: Int) -> Shape {
    let extent = imageSize.largest
    return Shape(n: n, h: extent.height, w: extent.width, c: preprocessing.channels)
  }
}

extension ModelDescription {
  /// Creates the description of a model of the catalog; what is nil has the model's default.
  package init(
    _ spec: ModelSpec, classNames: [String], imageSize: InputSize? = nil,
    preprocessing: Preprocessing? = nil, head: Head? = nil
  ) {
    let preprocessing = preprocessing ?? spec.preprocessing
    let head = head ?? spec.head(classCount: classNames.count)
    precondition(
      spec.supports(head, preprocessing),
      "\(spec.name) has no \(head.text) of \(preprocessing.channels) channels")
    self.init(
      name: spec.name, classNames: classNames, imageSize: imageSize ?? spec.defaultSize,
      preprocessing: preprocessing, head: head)
  }

  private enum Key {
    static let version = "glimpse_version"
    static let model = "model"
    static let classNames = "class_names"
    static let input = "input"
    static let mean = "mean"
    static let deviation = "std"
    static let perImage = "normalization"
    static let inputValues = "input_values"
    static let head = "head"
  }

  /// Limits for values from a file: enough for any use, and too small to exhaust memory.
  private static let maximumClassCount = 100_000

  /// The metadata for weights files and ONNX files, as text by key.
  package var metadata: [String: String] {
    func json(_ value: some JSONWritable) -> String {
      var writer = JSONWriter()
      writer.value(value)
      return writer.text
    }
    var result = [
      Key.version: glimpseVersion, Key.model: name,
      Key.classNames: json(classNames), Key.input: imageSize.optionText,
      // Integers are written without ".0".
      Key.mean: json(preprocessing.mean.map { JSONText($0.optionText) }),
      Key.deviation: json(preprocessing.standardDeviation.map { JSONText($0.optionText) }),
      Key.head: head.text,
    ]
    // Absent in files of older versions.
    result[Key.perImage] = preprocessing.perImage?.text
    return result
  }

  /// The metadata for files of other formats, whose network takes inputs that are normalized already.
  package var exportMetadata: [String: String] {
    var result = metadata
    result[Key.inputValues] =
      switch preprocessing.perImage {
      case nil: "(sample / largest sample - mean) / std per channel"
      case .zScore?:
        "((sample - mean of the image) / standard deviation of the image - mean) / std per channel"
      case .percentile(let low, let high)?:
        "((sample - a) / (b - a) - mean) / std per channel, with the percentiles "
          + "\(low.optionText) (a) and \(high.optionText) (b) of the image"
      }
    return result
  }

  /// Parses the metadata of a weights file; `fileName` is used in error messages.
  init(metadata: [String: String], name fileName: String) throws(NetworksError) {
    func text(_ key: String) throws(NetworksError) -> String {
      guard let value = metadata[key] else {
        throw NetworksError(
          "\(fileName) has no \"\(key)\" in its metadata: it was not written by glimpse and can "
            + "only be given as initial weights for training")
      }
      return value
    }
    func list<Element: Decodable>(_ key: String, of type: Element.Type) throws(NetworksError)
      -> [Element]
    {
      let value = try text(key)
      guard let list = try? JSONDecoder().decode([Element].self, from: Data(value.utf8)) else {
        throw NetworksError("\(fileName): its \(key) is not a JSON list of \(Element.self)")
      }
      return list
    }
    name = try text(Key.model)
    let input = try text(Key.input)
    guard let size = InputSize(optionText: input), size.isValid else {
      throw NetworksError(
        "\(fileName): its input is \(printable(input)); expected one or two multiples of 32 up to "
          + "\(InputSize.limit), such as 416 or 320x416")
    }
    imageSize = size
    classNames = try list(Key.classNames, of: String.self).map { printable($0, limit: .max) }
    guard (1...Self.maximumClassCount).contains(classNames.count) else {
      throw NetworksError(
        "\(fileName) names \(classNames.count) classes; expected 1 to "
          + "\(Self.maximumClassCount)")
    }
    let mean = try list(Key.mean, of: Float.self)
    let deviation = try list(Key.deviation, of: Float.self)
    guard Preprocessing.channelCounts.contains(mean.count), deviation.count == mean.count,
      mean.allSatisfy(\.isFinite), deviation.allSatisfy({ $0.isFinite && $0 > 0 })
    else {
      throw NetworksError(
        "\(fileName): its mean and std must be 1 to 4 numbers each, one per channel, std above 0")
    }
    var perImage: PerImageNormalization?
    if let text = metadata[Key.perImage] {
      perImage = PerImageNormalization(text: text)
      guard perImage != nil else {
        throw NetworksError(
          "\(fileName): its normalization is \(printable(text)); expected zscore, or percentile and "
            + "two numbers from 0 to 100, such as percentile 1 99.8")
      }
    }
    preprocessing = Preprocessing(mean: mean, standardDeviation: deviation, perImage: perImage)
    let headText = try text(Key.head)
    guard let head = Head(text: headText) else {
      throw NetworksError("\(fileName): Glimpse has no head \"\(printable(headText))\"")
    }
    self.head = head
  }
}
