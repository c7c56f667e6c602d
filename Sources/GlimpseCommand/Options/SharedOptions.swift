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
    .value("weights", short: "w", path, unit: "file", help: weightsHelp)
  }

  static func weights(
    _ path: Path<WeightsSource?>, unset: String?, help: String = weightsHelp
  ) -> Option {
    .value("weights", short: "w", path, unit: "file", unset: unset, help: help)
  }

  static var weightsHelp: String {
    "Weights: a file, a run folder for its best ones, builtin, or none for random ones"
  }

  /// The weights of one or several detectors; the last value given counts.
  ///
  /// - Parameters:
  ///   - path: The first network's.
  ///   - others: Those of the other networks.
  ///   - help: What several weights are.
  static func severalWeights(
    _ path: Path<WeightsSource>, others: Path<[WeightsSource]>, help: String
  ) -> Option {
    severalWeights(help) { (owner, sources) in
      owner[keyPath: path] = sources[0]
      owner[keyPath: others] = Array(sources.dropFirst())
    }
  }

  static func severalWeights(
    _ path: Path<WeightsSource?>, others: Path<[WeightsSource]>, help: String
  ) -> Option {
    severalWeights(help) { (owner, sources) in
      owner[keyPath: path] = sources[0]
      owner[keyPath: others] = Array(sources.dropFirst())
    }
  }

  private static func severalWeights(
    _ help: String, _ assign: @escaping @Sendable (inout Owner, [WeightsSource]) -> Void
  ) -> Option {
    Option(
      name: "weights", short: "w", valueName: "file,...", help: "\(weightsHelp); \(help)",
      notes: { _ in ["default: \(WeightsSource.builtIn.optionText)"] },
      apply: { (owner, text) throws(CommandError) in
        var sources: [WeightsSource] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
          sources.append(try ValueRule<WeightsSource>.any.read(String(part), of: "--weights"))
        }
        assign(&owner, sources)
      })
  }

  static func batch(
    _ path: Path<Int>, unit: String = "images", help: String = "Images per run of the network"
  ) -> Option {
    .value("batch", path, .batch, unit: unit, help: help)
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

  static func nms(_ path: Path<NMSKind>) -> Option {
    .value(
      "nms", path,
      help:
        "NMS: hard (greedy), soft (Gaussian), diou (by distance, too), wbf (weighted box fusion, "
        + "which averages boxes), or blend (the mean of the boxes that overlap the best)")
  }

  /// The options for large and hard images.
  static func largeImages(
    tile: Path<Int?>, overlap: Path<Double>, merge: Path<TileMerge>, augments: Path<Bool>,
    minimumSize: Path<Double>
  ) -> [Option] {
    [
      .value(
        "tile", tile, .multiple(of: InputSize.step, to: InputSize.limit), unit: "pixels",
        unset: "none",
        help:
          "Side of the tiles in which larger images are processed at their own scale, at a half of "
          + "it, a quarter and so on, besides the whole image"),
      .value(
        "overlap", overlap, .from(0, to: 0.75), unit: "part",
        help: "Part of a tile's side that it shares with the next one; best if objects fit into it"),
      .value(
        "tile-merge", merge,
        help:
          "Overlap by which detections of tiles are merged: nms, IoU, or ios, intersection over "
          + "the smaller box where one may be incomplete"),
      .flag(
        "augment", augments,
        help:
          "Test-time augmentation: merge the detections at scales \(scales) of the input size, each "
          + "also mirrored, at six times the cost"),
      .value(
        "min-size", minimumSize, .atLeast(0), unit: "pixels",
        help: "Minimum length of a box's shorter side, in pixels of the original image"),
    ]
  }

  private static var scales: String {
    DetectionOptions.augmentedScales.sorted().map(\.optionText).joined(separator: ", ")
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
