import Glimpse

/// Options that several commands share.
extension Option {
  static func imageSize(
    _ path: Path<InputSize?>, unset: String = "the weights' own",
    help: String = "Input size: the longer side, the other following each image; or HxW"
  ) -> Option {
    .value(
      "imgsz", path, .inputSize, unit: "pixels", unset: unset, help: help)
  }

  static func weights(_ path: Path<WeightsSource>) -> Option {
    .value(
      "weights", short: "w", path, unit: "file",
      help: "Weights: a file, builtin, or none for random ones")
  }

  static func weights(_ path: Path<WeightsSource?>, unset: String?) -> Option {
    .value(
      "weights", short: "w", path, unit: "file", unset: unset,
      help: "Weights: a file, builtin, or none for random ones")
  }

  static func batch(
    _ path: Path<Int>, help: String = "Images per run of the network"
  ) -> Option {
    .value("batch", path, .batch, unit: "images", help: help)
  }

  static func threads(_ path: Path<Int?>) -> Option {
    .value(
      "threads", path, .threads, unset: "all available", help: "Compute threads")
  }

  static func precision(_ path: Path<PrecisionChoice>) -> Option {
    .value(
      "precision", path,
      help: "Compute precision; auto is the faster one where both were measured, else f32")
  }

  static func model(_ path: Path<ModelSpec?>, unset: String) -> Option {
    .value("model", path, unit: "name", unset: unset, help: "Model name")
  }

  static func multiLabel(_ path: Path<Bool>) -> [Option] {
    [
      .flag("multi-label", path, help: "Keep every class above the threshold at an anchor point"),
      .flag(
        "no-multi-label", path, sets: false,
        help: "Keep only the highest-scoring class at an anchor point"),
    ]
  }

  static func strict(
    _ path: Path<Bool>,
    help: String = "Refuse truncated and corrupt JPEG files instead of using what can be decoded"
  ) -> Option {
    .flag("strict", path, help: help)
  }

  static func json(_ path: Path<Bool>, help: String = "Print one line of JSON") -> Option {
    .flag("json", path, help: help)
  }
}

extension ModelSpec: OptionValue {
  package static var noun: String { "one of the words" }
  package static var valueName: String { "name" }
  package static var words: [String] { ModelCatalog.listed.map(\.name) }

  package init?(optionText: String) {
    guard let spec = ModelCatalog.listed.first(where: { $0.name == optionText.lowercased() }) else {
      return nil
    }
    self = spec
  }

  package var optionText: String { name }
}
