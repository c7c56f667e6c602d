import Basics
import Engine
import Foundation

/// One setting of a training: its name in files and messages, its place, and the allowed values.
struct TrainingSetting: Sendable {
  typealias Path<Value> = WritableKeyPath<TrainingConfig, Value> & Sendable

  let name: String
  /// Takes the value over from a file where the file names it.
  let read: @Sendable (inout TrainingConfig, KeyedDecodingContainer<SettingKey>) throws -> Void
  /// Adds the value to a file.
  let write: @Sendable (TrainingConfig, inout KeyedEncodingContainer<SettingKey>) throws -> Void
  /// A sentence where the value makes no sense.
  let issue: @Sendable (TrainingConfig) -> String?

  /// Makes a setting; `wanted` says in words what `fits` demands.
  init<Value: Codable & Sendable>(
    _ name: String, _ path: Path<Value>, _ wanted: String = "",
    fits: @escaping @Sendable (Value) -> Bool = { _ in true }
  ) {
    self.name = name
    let key = SettingKey(name)
    read = { config, file in
      if let value = try file.decodeIfPresent(Value.self, forKey: key) {
        config[keyPath: path] = value
      }
    }
    write = { config, file in try file.encode(config[keyPath: path], forKey: key) }
    issue = { config in
      let value = config[keyPath: path]
      return fits(value) ? nil : "\(name) is \(value), and it must be \(wanted)"
    }
  }

  /// Makes a setting that may stay unset: null in files.
  init<Value: Codable & Sendable>(
    optional name: String, _ path: Path<Value?>, _ wanted: String = "",
    fits: @escaping @Sendable (Value) -> Bool = { _ in true }
  ) {
    self.name = name
    let key = SettingKey(name)
    read = { config, file in
      if file.contains(key) {
        config[keyPath: path] = try file.decodeIfPresent(Value.self, forKey: key)
      }
    }
    write = { config, file in try file.encode(config[keyPath: path], forKey: key) }
    issue = { config in
      guard let value = config[keyPath: path], !fits(value) else { return nil }
      return "\(name) is \(value), and it must be \(wanted)"
    }
  }

  /// Makes a setting for a probability or a fraction, 0...1.
  private static func share(_ name: String, _ path: Path<Double>) -> TrainingSetting {
    TrainingSetting(name, path, "from 0 to 1") { (0...1).contains($0) }
  }

  /// All settings. The names are those that users of YOLO tools know.
  static let all: [TrainingSetting] = [
    .init("model", \.model, "the name of a network") { !$0.isEmpty },
    .init("data", \.data, "a folder or a data.yaml") { !$0.isEmpty },
    .init(optional: "weights", \.weights),
    .init("imgsz", \.imgsz, "a multiple of 32 pixels, at most 4096") {
      (32...4096).contains($0) && $0 % 32 == 0
    },
    .init("multi_scale", \.multiScale, "from 0 to 0.5") { (0...0.5).contains($0) },
    .init("epochs", \.epochs, "from 1 to 1000000") { (1...1_000_000).contains($0) },
    .init(optional: "batch", \.batch, "from 1 to 4096") { (1...4096).contains($0) },
    .init("patience", \.patience, "at least 0") { $0 >= 0 },
    .init("val_interval", \.validationInterval, "at least 0") { $0 >= 0 },
    .init("optimizer", \.optimizer),
    .init(optional: "lr0", \.learningRate, "positive") { $0 > 0 },
    .init("lrf", \.finalLearningRateFraction, "from 0 to 1") { (0...1).contains($0) },
    .init("momentum", \.momentum, "from 0 to under 1") { (0..<1).contains($0) },
    .init(optional: "weight_decay", \.weightDecay, "at least 0") { $0 >= 0 },
    .init("warmup_epochs", \.warmupEpochs, "at least 0") { $0 >= 0 },
    .init("warmup_momentum", \.warmupMomentum, "from 0 to under 1") { (0..<1).contains($0) },
    .init("clip", \.clip, "positive") { $0 > 0 },
    .init("ema_decay", \.emaDecay, "from 0 to under 1") { (0..<1).contains($0) },
    .init("hsv_h", \.hue, "from 0 to 0.5") { (0...0.5).contains($0) },
    .share("hsv_s", \.saturation),
    .share("hsv_v", \.value),
    .share("brightness", \.brightness),
    .share("contrast", \.contrast),
    .share("gamma", \.gamma),
    .share("gray", \.gray),
    .init("degrees", \.degrees, "from 0 to 180") { (0...180).contains($0) },
    .share("translate", \.translate),
    .init("scale", \.scale, "from 0 to under 1") { (0..<1).contains($0) },
    .init("shear", \.shear, "from 0 to 60") { (0...60).contains($0) },
    .init("perspective", \.perspective, "from 0 to 0.001") { (0...0.001).contains($0) },
    .share("flipud", \.flipUpDown),
    .share("fliplr", \.flip),
    .share("crop", \.crop),
    .share("blur", \.blur),
    .share("jpeg", \.jpeg),
    .share("erasing", \.erasing),
    .share("mosaic", \.mosaic),
    .share("mosaic9", \.mosaic9),
    .share("mixup", \.mixup),
    .share("copy_paste", \.copyPaste),
    .init("close_mosaic", \.closeMosaic, "at least 0") { $0 >= 0 },
    .share("repeat_threshold", \.repeatThreshold),
    .init("cache", \.cache, "from 0 to 16777216 MiB") { (0...1 << 24).contains($0) },
    .init("strict", \.strict),
    .init("seed", \.seed),
    .init(optional: "threads", \.threads, "from 1 to 1024") { (1...1024).contains($0) },
    .init(optional: "workers", \.workers, "from 1 to 1024") { (1...1024).contains($0) },
    .init("precision", \.precision),
    .init("project", \.project, "a folder") { !$0.isEmpty },
    .init(optional: "name", \.name, "the name of a folder") { !$0.isEmpty },
  ]
}

/// A setting's name as a key in files.
struct SettingKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }
}

extension PrecisionChoice: Codable {}

extension TrainingConfig: Codable {
  /// Reads settings; those that are not named keep their defaults, an unknown name is an error.
  package init(from decoder: any Decoder) throws {
    let file = try decoder.container(keyedBy: SettingKey.self)
    let known = Set(TrainingSetting.all.map(\.name))
    if let odd = file.allKeys.map(\.stringValue).sorted().first(where: { !known.contains($0) }) {
      throw DecodingError.dataCorrupted(
        .init(codingPath: [], debugDescription: "there is no setting named \"\(odd)\""))
    }
    self.init()
    for setting in TrainingSetting.all { try setting.read(&self, file) }
  }

  /// Writes all settings.
  package func encode(to encoder: any Encoder) throws {
    var file = encoder.container(keyedBy: SettingKey.self)
    for setting in TrainingSetting.all { try setting.write(self, &file) }
  }
}

extension TrainingConfig {
  /// Refuses values that make no sense.
  ///
  /// - Throws: `TrainingError` (`invalid`) that names the first of them.
  package func check() throws(TrainingError) {
    for setting in TrainingSetting.all {
      if let issue = setting.issue(self) { throw TrainingError(.invalid, issue) }
    }
  }

  /// Reads a configuration file; settings that it does not name keep their defaults.
  ///
  /// - Throws: `TrainingError` for a file that cannot be read, is not JSON, holds a value of the
  ///   wrong kind or a name that is unknown.
  package init(jsonFile path: String) throws(TrainingError) {
    let bytes = try TrainingError.wrap(
      FileContents.read(path, limit: FileContents.textLimit)
    ).bytes
    do {
      self = try JSONDecoder().decode(TrainingConfig.self, from: Data(bytes))
    } catch {
      throw TrainingError(.invalid, "\(path): \(Self.sentence(error))")
    }
  }

  /// The configuration as JSON with sorted names.
  package var json: Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Finite numbers and strings can always be written.
    return (try? encoder.encode(self)) ?? Data()
  }

  private static func sentence(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      let name = context.codingPath.map(\.stringValue).joined(separator: ".")
      return "the value of \(name) is of the wrong kind (\(context.debugDescription))"
    case .dataCorrupted(let context), .keyNotFound(_, let context):
      return context.debugDescription
    default:
      return error.localizedDescription
    }
  }
}
