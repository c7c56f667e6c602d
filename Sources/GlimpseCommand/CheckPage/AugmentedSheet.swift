import Glimpse

/// The first pictures that a training on the data would see.
struct AugmentedSheet: Sendable {
  let pictures: [AugmentedPicture]
  /// The classes that the pictures' objects count into.
  let classNames: [String]

  /// The side of a picture on the sheet, in pixels, and the room between two.
  private static let side = 320
  private static let gap = 4

  /// Draws pictures of the training split, or of the first one where none is called so.
  ///
  /// - Throws: `DatasetsError` where no picture can be decoded.
  init(_ check: DatasetCheck, config: TrainingConfig, count: Int) throws(DatasetsError) {
    let split = check.splits.first { $0.dataset.split == "train" } ?? check.splits.first
    guard let dataset = split?.dataset, !dataset.samples.isEmpty else {
      throw DatasetsError("\(check.path): there is no picture to augment")
    }
    var plan = config.plan(at: .start, seed: config.seed)
    // Pictures of one size fill a sheet.
    (plan.width, plan.height) = (config.imgsz, config.imgsz)
    var samples = dataset.samples
    if config.copyPaste == 0 {
      // A training reads outlines only to paste them.
      for index in samples.indices {
        for place in samples[index].annotations.indices {
          samples[index].annotations[place].outline = nil
        }
      }
    }
    let source = AugmentedPictures(
      samples: samples,
      config: config.loaderConfig(batchSize: 1, seed: config.seed, normalization: .unit),
      plan: plan)
    var pictures: [AugmentedPicture] = []
    for number in 0..<count {
      pictures.append(
        try source.picture(epoch: number / source.count, place: number % source.count))
    }
    self.pictures = pictures
    classNames = dataset.classNames
  }

  /// All pictures with their boxes, in rows from the left.
  var image: Image {
    let columns = Int(Double(pictures.count).squareRoot().rounded(.up))
    let rows = (pictures.count + columns - 1) / columns
    let step = Self.side + Self.gap
    var sheet = Image(
      width: columns * step + Self.gap, height: rows * step + Self.gap, filledWith: 255)
    for (number, picture) in pictures.enumerated() {
      let drawn = picture.image.drawing(picture.annotations, classNames: classNames)
        .resized(width: Self.side, height: Self.side, filter: .area)
      let (left, top) = (Self.gap + number % columns * step, Self.gap + number / columns * step)
      for y in 0..<Self.side {
        let target = ((top + y) * sheet.width + left) * 3
        sheet.bytes.replaceSubrange(
          target..<target + Self.side * 3,
          with: drawn.bytes[y * Self.side * 3..<(y + 1) * Self.side * 3])
      }
    }
    return sheet
  }
}

/// What a training would see, on a page.
struct AugmentedSection: Sendable {
  let sheet: AugmentedSheet?

  var markup: Markup {
    guard let sheet else { return .none }
    var gallery = Gallery()
    for (number, picture) in sheet.pictures.enumerated() {
      let marks = picture.annotations.map {
        GalleryPicture.Mark.labeled($0, of: sheet.classNames)
      }
      let side = picture.image.width
      guard
        let small = try? GalleryPicture(
          picture.image, name: "Picture \(number + 1)", width: side, height: picture.image.height,
          marks: marks)
      else { continue }
      gallery.add(small, caption: Sentence.count(picture.annotations.count, "object"))
    }
    return Page.section(
      "What training sees", "The first augmented pictures of a training, with their labels.",
      gallery.markup)
  }
}
