import Engine
import Foundation
import Imaging

/// All that one must know to run a network, besides its weights.
package struct ModelDescription: Hashable, Sendable {
  /// Which network.
  package var architecture: Architecture
  /// What it tells apart, in the order of its outputs.
  package var classNames: [String]
  /// The side of the square input, in pixels: a multiple of 32.
  package var imageSize: Int
  /// How pixels become numbers.
  package var normalization: Normalization

  /// Makes a description; the normalization is the architecture's where none is given.
  package init(
    architecture: Architecture, classNames: [String], imageSize: Int,
    normalization: Normalization? = nil
  ) {
    self.architecture = architecture
    self.classNames = classNames
    self.imageSize = imageSize
    self.normalization = normalization ?? architecture.normalization
  }

  /// The input of a batch of `n` images.
  package func inputShape(n: Int) -> Shape { Shape(n: n, h: imageSize, w: imageSize, c: 3) }

  /// The network at its image size, for one image.
  package func graph() -> Graph {
    architecture.graph(classCount: classNames.count, input: inputShape(n: 1))
  }
}

extension ModelDescription {
  private enum Key {
    static let version = "glimpse_version"
    static let architecture = "model"
    static let classNames = "class_names"
    static let imageSize = "image_size"
    static let mean = "normalization_mean"
    static let deviation = "normalization_std"
  }

  /// Limits for what a file may say: enough for any use, and too little to exhaust memory.
  private static let largestClassCount = 100_000
  private static let largestImageSize = 4096

  /// What files that hold the network say about it: weights files and exported ones.
  package var metadata: [String: String] {
    func json(_ value: some Encodable) -> String {
      (try? JSONEncoder().encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }
    return [
      "format": "glimpse", Key.version: glimpseVersion, Key.architecture: architecture.rawValue,
      Key.classNames: json(classNames), Key.imageSize: "\(imageSize)",
      Key.mean: json(normalization.mean), Key.deviation: json(normalization.standardDeviation),
    ]
  }

  /// Reads a weights file's metadata; `name` is for messages.
  init(metadata: [String: String], name: String) throws(NetworksError) {
    func text(_ key: String) throws(NetworksError) -> String {
      guard let value = metadata[key] else {
        throw NetworksError(
          "\(name) does not say its \(key): it was not written by glimpse, so it can only be given "
            + "as initial weights for training")
      }
      return value
    }
    func list<Element: Decodable>(_ key: String, of type: Element.Type) throws(NetworksError)
      -> [Element]
    {
      let value = try text(key)
      guard let list = try? JSONDecoder().decode([Element].self, from: Data(value.utf8)) else {
        throw NetworksError("\(name) has a \(key) that is not a JSON list of the right kind")
      }
      return list
    }
    let word = try text(Key.architecture)
    guard let architecture = Architecture(rawValue: word) else {
      let known = Architecture.allCases.map(\.rawValue).joined(separator: ", ")
      throw NetworksError(
        "\(name) is for the model \(printable(word)), and Glimpse \(glimpseVersion) knows \(known)")
    }
    let size = try text(Key.imageSize)
    guard let imageSize = Int(size), imageSize >= 32, imageSize % 32 == 0,
      imageSize <= Self.largestImageSize
    else {
      throw NetworksError(
        "\(name) has the image size \(printable(size)), where a multiple of 32 up to "
          + "\(Self.largestImageSize) was expected")
    }
    let names = try list(Key.classNames, of: String.self).map { printable($0, limit: .max) }
    guard (1...Self.largestClassCount).contains(names.count) else {
      throw NetworksError(
        "\(name) names \(names.count) classes, where 1 to \(Self.largestClassCount) were expected")
    }
    let mean = try list(Key.mean, of: Float.self)
    let deviation = try list(Key.deviation, of: Float.self)
    guard mean.count == 3, deviation.count == 3, mean.allSatisfy(\.isFinite),
      deviation.allSatisfy({ $0.isFinite && $0 > 0 })
    else {
      throw NetworksError("\(name) has a normalization that is not three means and deviations")
    }
    self.init(
      architecture: architecture, classNames: names, imageSize: imageSize,
      normalization: Normalization(mean: mean, standardDeviation: deviation))
  }
}
