import Glimpse

/// The first images that a training on the data would see, made small one after another.
struct AugmentedGrid: Sendable {
  /// An image for the page, and how many objects are labeled in it.
  struct Figure: Sendable {
    let thumbnail: AnnotatedThumbnail
    let objects: Int
  }

  /// All images with their boxes, in rows from the left.
  private(set) var image: Image
  private(set) var figures: [Figure] = []

  /// The longest side of an image on the sheet, in pixels, and the room between two.
  private static let longestSide = 320
  private static let gap = 4
  /// The longest side of the sheet, in pixels.
  private static let sheetSide = 4096

  /// Draws images of the training split, or of the first one where none is called so.
  ///
  /// - Parameters:
  ///   - config: Where it leaves the batch open, batches are of the default size.
  ///   - observe: Called before each image with the number of those that are done; what it throws
  ///     ends the work.
  /// - Throws: `DatasetsError` where no image can be decoded.
  init(
    _ check: DatasetCheck, config: TrainingConfig, count: Int,
    observe: (_ done: Int) throws -> Void = { _ in }
  ) throws {
    let split = check.splits.first { $0.dataset.split == "train" } ?? check.splits.first
    guard let dataset = split?.dataset, !dataset.samples.isEmpty else {
      throw DatasetsError("\(check.path): there is no image to augment")
    }
    let source = AugmentedImages(
      samples: Self.samples(of: dataset, config),
      config: config.loaderConfig(
        batchSize: config.batch ?? TrainingConfig().batch ?? 1, seed: config.seed,
        normalization: .unit)
    ) { config.plan(at: $0, seed: config.seed) }
    let columns = Int(Double(count).squareRoot().rounded(.up))
    let rows = (count + columns - 1) / columns
    let side = min(Self.longestSide, Self.sheetSide / columns - Self.gap)
    let step = side + Self.gap
    image = Image(
      width: columns * step + Self.gap, height: rows * step + Self.gap, filledWith: 255)
    for number in 0..<count {
      try observe(number)
      let thumbnail = try source.image(epoch: number / source.count, place: number % source.count)
      let drawn = thumbnail.image.drawing(thumbnail.annotations, classNames: dataset.classNames)
      place(
        drawn.resized(width: side, height: side, filter: .area),
        left: Self.gap + number % columns * step, top: Self.gap + number / columns * step)
      let small = try AnnotatedThumbnail(
        thumbnail.image, name: "Image \(number + 1)", width: thumbnail.image.width,
        height: thumbnail.image.height,
        marks: thumbnail.annotations.map { .labeled($0, of: dataset.classNames) })
      figures.append(Figure(thumbnail: small, objects: thumbnail.annotations.count))
    }
  }

  /// A training reads polygons only to paste them.
  private static func samples(of dataset: Dataset, _ config: TrainingConfig) -> [Sample] {
    if config.copyPaste > 0 { return dataset.samples }
    var samples = dataset.samples
    for index in samples.indices {
      for place in samples[index].annotations.indices {
        samples[index].annotations[place].segmentation = nil
      }
    }
    return samples
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

/// What a training would see, on a page.
struct AugmentedSection: Sendable {
  let sheet: AugmentedGrid?

  var markup: Markup {
    guard let sheet else { return .none }
    var gallery = ImageGrid()
    for figure in sheet.figures {
      gallery.add(figure.thumbnail, caption: Sentence.count(figure.objects, "object"))
    }
    return Page.section(
      "What training sees", "The first augmented images of a training, with their labels.",
      gallery.markup)
  }
}
