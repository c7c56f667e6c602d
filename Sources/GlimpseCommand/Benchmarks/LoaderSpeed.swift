import Glimpse

/// The measured speed of the loader, and the time that training steps waited for it.
struct LoaderSpeed: Sendable {
  /// Consecutive batches.
  struct Run: Sendable {
    var images = 0
    var seconds = 0.0
    /// Of them, those spent waiting for a batch.
    var waited = 0.0

    var imagesPerSecond: Double { Double(images) / max(seconds, 1e-9) }
    var dataWaitFraction: Double { waited / max(seconds, 1e-9) }
  }

  let config: TrainingConfig
  /// Images of the dataset.
  let images: Int
  let imageSize: Int
  let batch: Int
  /// Whether training steps ran on the batches.
  let trains: Bool
  /// In order: the first decodes every image.
  let runs: [Run]
  /// Images that cannot be decoded.
  let unreadable: Int

  /// All runs but the first, which is reported by itself; the first if there is no other.
  private var later: [Run] { runs.count > 1 ? Array(runs.dropFirst()) : runs }
  /// The median of all later runs.
  var imagesPerSecond: Double { Statistics.median(later.map(\.imagesPerSecond)) }
  /// The median of all later runs, 0...1.
  var dataWaitFraction: Double { Statistics.median(later.map(\.dataWaitFraction)) }

  var json: JSONValue {
    [
      "data": .string(config.data), "images": .integer(images), "imgsz": .integer(imageSize),
      "batch": .integer(batch), "workers": .integer(config.workers ?? 0),
      "cache_mb": .integer(config.cache), "mosaic": .number(config.augmentation.mosaic),
      "train": .bool(trains), "runs": .integer(runs.count),
      "images_per_s": .number(imagesPerSecond),
      "first_images_per_s": .number(runs[0].imagesPerSecond),
      "data_wait": trains ? .number(dataWaitFraction) : .null, "unreadable": .integer(unreadable),
      "peak_rss_mb": .number(Double(ProcessMemory.peak) / 1_048_576),
    ]
  }

  var rows: [(name: String, value: String)] {
    var rows: [(name: String, value: String)] = [
      ("data", "\(Sentence.printable(config.data)), \(Sentence.count(images, "image"))"),
      (
        "work",
        "\(trains ? "training on " : "")batches of \(Sentence.count(batch, "image")), "
          + "\(imageSize) x \(imageSize), mosaic \(config.augmentation.mosaic)"
      ),
      (
        "loader",
        "\(Sentence.count(config.workers ?? 0, "thread")), \(config.cache) MiB for decoded images"
      ),
      ("first run", "\(NumberFormat.decimal(runs[0].imagesPerSecond)) images/s"),
      ("speed", "\(NumberFormat.decimal(imagesPerSecond)) images/s"),
    ]
    if trains {
      rows.append(
        ("data wait", "\(NumberFormat.decimal(dataWaitFraction * 100)) % of the time"))
    }
    rows.append(("memory", "\(NumberFormat.bytes(ProcessMemory.peak)) at most"))
    if unreadable > 0 { rows.append(("unreadable", Sentence.count(unreadable, "image"))) }
    return rows
  }
}
