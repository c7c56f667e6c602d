import Glimpse

/// The first augmented images of a training run, as one image and as thumbnails.
struct AugmentedGrid: Sendable {
  /// All images with their boxes in a grid, row by row.
  private(set) var image: Image
  private(set) var thumbnails: [AnnotatedThumbnail] = []

  /// The longest side of a tile and the gap between two, in pixels.
  private static let longestSide = 320
  private static let gap = 4
  /// The longest side of the whole image, in pixels.
  private static let gridSide = 4096

  /// Augments images of the split "train", or of the first split if there is none.
  ///
  /// - Parameter progress: Called after each image.
  /// - Throws: `DatasetsError` if no image can be decoded.
  init(
    _ check: DatasetCheck, config: TrainingConfig, count: Int,
    progress: () -> Void = {}
  ) throws {
    let split = check.splits.first { $0.dataset.split == "train" } ?? check.splits.first
    guard let dataset = split?.dataset, !dataset.samples.isEmpty else {
      throw DatasetsError("\(check.path): there is no image to augment")
    }
    let source = config.augmentedImages(
      of: Self.samples(of: dataset, config),
      config.loaderConfig(
        batchSize: config.batch ?? TrainingConfig().batch ?? 1, normalization: .unit))
    let columns = Int(Double(count).squareRoot().rounded(.up))
    let rows = (count + columns - 1) / columns
    let side = min(Self.longestSide, Self.gridSide / columns - Self.gap)
    let step = side + Self.gap
    image = Image(
      width: columns * step + Self.gap, height: rows * step + Self.gap, filledWith: 255)
    for number in 0..<count {
      let sample = try source.image(epoch: number / source.count, place: number % source.count)
      let drawn = sample.preview.drawing(sample.annotations, classNames: dataset.classNames)
      let scale = Double(side) / Double(max(drawn.width, drawn.height))
      place(
        drawn.resized(
          width: Int(Double(drawn.width) * scale), height: Int(Double(drawn.height) * scale),
          filter: .area),
        left: Self.gap + number % columns * step, top: Self.gap + number / columns * step)
      thumbnails.append(
        try AnnotatedThumbnail(
          sample.preview, name: "Image \(number + 1)", annotations: sample.annotations,
          classNames: dataset.classNames))
      progress()
    }
  }

  /// Training reads polygons only for copy-paste.
  private static func samples(of dataset: Dataset, _ config: TrainingConfig) -> [Sample] {
    if config.augmentation.copyPaste > 0 { return dataset.samples }
    return dataset.samples.map { sample in
      var sample = sample
      for place in sample.annotations.indices { sample.annotations[place].segmentation = nil }
      return sample
    }
  }

  private mutating func place(_ thumbnail: Image, left: Int, top: Int) {
    let length = thumbnail.width * 3
    for y in 0..<thumbnail.height {
      let target = ((top + y) * image.width + left) * 3
      image.bytes.replaceSubrange(
        target..<target + length, with: thumbnail.bytes[y * length..<(y + 1) * length])
    }
  }
}
