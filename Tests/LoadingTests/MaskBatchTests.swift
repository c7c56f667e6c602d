import TestSupport
@testable import Basics
import Engine
import Foundation
import Imaging
import Testing

@testable import Datasets
@testable import Loading

/// Masks in batches go where images, boxes and polygons go.
struct MaskBatchTests {
  /// White images of three objects, one a class: a rectangle, an ellipse and an L, which the masks'
  /// files have as well as the polygons.
  private func samples(in folder: TestFolder, count: Int = 5) throws -> [Sample] {
    try (0..<count).map { index in
      let (width, height) = (66 + 7 * index, 50 + 5 * index)
      var sample = Sample(
        imagePath: folder.path("\(index).png"), imageWidth: width, imageHeight: height,
        annotations: [])
      try folder.writeImage("\(index).png", width: width, height: height, gray: 255)
      let (x, y) = (Double(3 + index), Double(30 - 4 * index))
      let ellipse = (0..<20).flatMap { step -> [Double] in
        let angle = Double(step) * .pi / 10
        return [x + 30 + 8 * cos(angle), y + 10 + 9 * sin(angle)]
      }
      let shapes = [
        Polygon(Box(x1: x, y1: y, x2: x + 15, y2: y + 12)).numbers, ellipse,
        [45, 5, 60, 5, 60, 15, 52, 15, 52, 40, 45, 40],
      ]
      var numbers = Image(width: width, height: height, format: .gray8)
      for (classIndex, shape) in shapes.enumerated() {
        let mask = try RunLengthMask(width: width, height: height, polygons: [shape])
        let bounds = mask.bounds
        var object = Annotation(
          box: Box(
            x1: Double(bounds.x), y1: Double(bounds.y), x2: Double(bounds.x + bounds.width),
            y2: Double(bounds.y + bounds.height)), classIndex: classIndex)
        object.segmentation = .mask(mask)
        sample.annotations.append(object)
        for (place, isInside) in mask.pixels.enumerated() where isInside == 1 {
          numbers.bytes[place] = UInt8(classIndex + 1)
        }
      }
      try folder.write(ImageFile.encode(numbers, as: .png), to: "mask\(index).png")
      sample.maskPath = folder.path("mask\(index).png")
      return sample
    }
  }

  private func batches(
    _ samples: [Sample], _ augmentation: AugmentationConfig?, epochs: Int = 1,
    change: (inout LoaderConfig) -> Void = { _ in }
  ) throws -> [Batch] {
    var config = LoaderConfig(batchSize: samples.count, seed: 6)
    config.maskClasses = 3
    change(&config)
    let loader = Loader(samples: samples, config: config, epochs: epochs) { _ in
      BatchPlan(size: .exact(height: 44, width: 52), augmentation: augmentation)
    }
    var batches: [Batch] = []
    while let batch = try loader.next() { batches.append(batch) }
    return batches
  }

  /// The numbers of one image.
  private func plane(_ batch: Batch, _ image: Int) throws -> [UInt8] {
    let masks = try #require(batch.masks)
    #expect(masks.width == 52 && masks.height == 44 && masks.count == batch.images.count)
    let size = masks.width * masks.height
    #expect(masks.values.count == masks.count * size)
    return Array(masks.values[image * size..<(image + 1) * size])
  }

  /// The pixels of a class are those of the polygons of its objects, and lie in their boxes; pixels of
  /// which nothing is known are those without an image.
  ///
  /// - Parameter dropsObjects: Whether objects may be seen that are not learned.
  private func expectAgreement(_ batch: Batch, dropsObjects: Bool) throws {
    for (index, image) in batch.images.enumerated() {
      let plane = try plane(batch, index)
      for classIndex in 0..<3 {
        let objects = batch.annotations[index].filter { $0.classIndex == classIndex }
        if dropsObjects, objects.isEmpty { continue }
        var expected = [UInt8](repeating: 0, count: plane.count)
        for object in objects {
          let mask = try #require(try object.segmentation?.mask(width: 52, height: 44))
          for (place, isInside) in mask.pixels.enumerated() where isInside == 1 {
            expected[place] = 1
          }
          // Centers of pixels lie inside of the box.
          let (box, bounds) = (object.box, mask.bounds)
          guard mask.area > 0 else { continue }
          #expect(Double(bounds.x) + 0.5 >= box.x1 - 1e-6)
          #expect(Double(bounds.y) + 0.5 >= box.y1 - 1e-6)
          #expect(Double(bounds.x + bounds.width) - 0.5 <= box.x2 + 1e-6)
          #expect(Double(bounds.y + bounds.height) - 0.5 <= box.y2 + 1e-6)
        }
        #expect(plane.map { $0 == classIndex + 1 ? 1 : 0 } == expected)
      }
      let differing = plane.enumerated().count { place, number in
        (number == ClassMasks.ignored) != (image.bytes[place * 3] == 114)
      }
      // The warp of images rounds places to 128ths: a pixel here or there at their borders.
      #expect(differing <= 4, "\(differing)")
    }
  }

  private static let cases =
    AugmentationGeometryTests.cases + [
      .init("paste and erase") {
        $0.copyPaste = 1
        $0.erasing = 1
      }
    ]

  @Test(arguments: cases)
  func masksGoWhereLabelsGo(_ test: AugmentationGeometryTests.Case) throws {
    let folder = try TestFolder()
    var augmentation = AugmentationConfig()
    (augmentation.hue, augmentation.saturation, augmentation.value) = (0, 0, 0)
    augmentation.mosaic = 0
    test.change(&augmentation)
    augmentation.minimumVisibleFraction = 0
    augmentation.minimumSide = 0
    let batches = try batches(samples(in: folder), augmentation, epochs: 20)
    for batch in batches {
      try expectAgreement(batch, dropsObjects: augmentation.crop > 0)
    }
    let seen = try batches.flatMap { batch in
      try batch.images.indices.flatMap { try Set(plane(batch, $0)) }
    }
    #expect((0...3).allSatisfy { number in seen.count { $0 == number } > 20 })
  }

  @Test func withoutAugmentationTheyFollowTheLetterbox() throws {
    let folder = try TestFolder()
    let batch = try #require(try batches(samples(in: folder), nil).first)
    try expectAgreement(batch, dropsObjects: false)
    for image in 0..<5 {
      for object in batch.annotations[image] {
        let mask = try #require(try object.segmentation?.mask(width: 52, height: 44))
        let (box, bounds) = (object.box, mask.bounds)
        // The nearest pixels to the box.
        #expect(abs(Double(bounds.x) - box.x1) <= 0.51 && abs(Double(bounds.y) - box.y1) <= 0.51)
        #expect(abs(Double(bounds.x + bounds.width) - box.x2) <= 0.51)
        #expect(abs(Double(bounds.y + bounds.height) - box.y2) <= 0.51)
      }
    }
  }

  @Test func withoutFilesTheyAreDrawnFromSegmentations() throws {
    let folder = try TestFolder()
    var samples = try samples(in: folder)
    let augmentation = AugmentationConfig()
    let fromFiles = try batches(samples, augmentation).map(\.masks)
    for index in samples.indices { samples[index].maskPath = nil }
    #expect(try batches(samples, augmentation).map(\.masks) == fromFiles)
    #expect(fromFiles.allSatisfy { $0 != nil })
    // Nothing is known of the pixels of a crowd and of a box; objects lie above both.
    samples[0].annotations[0].isCrowd = true
    samples[0].annotations[1].segmentation = nil
    samples[0].annotations[1].box = Box(x1: 20, y1: 0, x2: 50, y2: 50)
    let plane = try SampleMask(sample: samples[0], classCount: 3).plane()
    func number(_ x: Int, _ y: Int) -> UInt8 { plane.bytes[y * plane.width + x] }
    // In the crowd; in the box; in the L beside and within the box; elsewhere.
    #expect(number(4, 31) == 255 && number(30, 3) == 255)
    #expect(number(48, 20) == 3 && number(55, 10) == 3 && number(0, 0) == 0)
  }

  @Test func theyAreReadOnlyWhereTheyAreAskedFor() throws {
    let folder = try TestFolder()
    var samples = try samples(in: folder)
    for index in samples.indices { samples[index].maskPath = folder.path("nothing.png") }
    let batch = try #require(try batches(samples, nil) { $0.maskClasses = nil }.first)
    #expect(batch.masks == nil && batch.issues.isEmpty)
  }

  /// The dataset's own table, images.csv, says how much of each image is nuclei, to five digits.
  @Test(.enabled(if: SharedData.has("nuclei/images.csv"), "needs ../shared/data/nuclei"))
  func realMasksHaveTheShareThatTheirTableStates() throws {
    let root = SharedData.folder + "/nuclei"
    let table = try String(contentsOfFile: root + "/images.csv", encoding: .utf8)
    var shares: [String: Double] = [:]
    for line in table.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",")
      shares[String(fields[0])] = Double(fields[5])
    }
    // Images of the input's size, so that every pixel is shown once.
    let samples = try Dataset.open(path: root, split: "train").samples.filter {
      $0.imageWidth == 256 && $0.imageHeight == 256
    }.prefix(40)
    #expect(samples.count == 40)
    var config = LoaderConfig(batchSize: 8, seed: 1)
    config.maskClasses = 1
    let loader = Loader(samples: Array(samples), config: config, epochs: 1) { _ in
      BatchPlan(size: .exact(height: 256, width: 256), augmentation: nil)
    }
    var seen = 0
    while let batch = try loader.next() {
      let masks = try #require(batch.masks)
      for (place, index) in batch.sampleIndices.enumerated() {
        let plane = masks.values[place << 16..<(place + 1) << 16]
        #expect(plane.allSatisfy { $0 <= 1 })
        let share = Double(plane.reduce(0) { $0 + Int($1) }) / 65536
        let name = FilePath.stem(FilePath.name(samples[index].imagePath))
        #expect(abs(share - (try #require(shares[name]))) < 0.000_006)
        seen += 1
      }
    }
    #expect(seen == 40)
  }

  @Test func largeMasksAreThinnedWithTheirImages() throws {
    let folder = try TestFolder()
    var sample = Sample(
      imagePath: folder.path("a.png"), imageWidth: 8, imageHeight: 6, annotations: [])
    try folder.writeImage("a.png", width: 8, height: 6)
    let numbers = (0..<48).map { UInt8($0) }
    try folder.write(
      ImageFile.encode(Image(width: 8, height: 6, format: .gray8, bytes: numbers), as: .png),
      to: "m.png")
    sample.maskPath = folder.path("m.png")
    var config = LoaderConfig(batchSize: 1, seed: 0, imageSide: 4)
    config.maskClasses = 47
    let cached = try ImageCache(samples: [sample], config: config).cached(0)
    #expect(cached.image.width == 4 && cached.mask?.width == 4 && cached.mask?.height == 3)
    // The center of pixel (x, y) comes from (2 x + 1, 2 y + 1), where pixel (2 x + 1, 2 y + 1) begins.
    #expect(cached.mask?.bytes == [9, 11, 13, 15, 25, 27, 29, 31, 41, 43, 45, 47])
  }

  @Test func ofOneClassMasksAreOnesOrBlackAndWhite() throws {
    let folder = try TestFolder()
    var sample = Sample(imagePath: "", imageWidth: 6, imageHeight: 1, annotations: [])
    for (samples, numbers) in [
      ([0, 3, 127, 128, 250, 255], [0, 0, 0, 1, 1, 1]), ([0, 1, 1, 0, 1, 0], [0, 1, 1, 0, 1, 0]),
      ([0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]), ([0, 1, 255, 0, 1, 255], [0, 1, 255, 0, 1, 255]),
    ] as [([UInt8], [UInt8])] {
      for format in [PixelFormat.gray8, .rgb8] {
        let image = Image(width: 6, height: 1, format: .gray8, bytes: samples).converted(to: format)
        try folder.write(ImageFile.encode(image, as: .png), to: "m.png")
        sample.maskPath = folder.path("m.png")
        #expect(try SampleMask(sample: sample, classCount: 1).plane().bytes == numbers)
      }
    }
  }

  /// Three classes of a file, of which the dataset was opened with two, in another order.
  @Test func numbersFollowTheClassesThatWereAskedFor() throws {
    let folder = try TestFolder()
    try folder.writeImage("images/a.png", width: 6, height: 1)
    try folder.write(
      ImageFile.encode(
        Image(width: 6, height: 1, format: .gray8, bytes: [0, 1, 2, 3, 255, 3]), as: .png),
      to: "masks/a.png")
    try folder.write("dog\ncat\nowl\n", to: "classes.txt")
    let own = try Dataset.open(path: folder.path, split: "train")
    #expect(own.classNames == ["dog", "cat", "owl"])
    let sample = try #require(own.samples.first)
    #expect(try SampleMask(sample: sample, classCount: 3).plane().bytes == [0, 1, 2, 3, 255, 3])
    let two = try #require(
      Dataset.open(path: folder.path, split: "train", classNames: ["owl", "dog"]).samples.first)
    #expect(try SampleMask(sample: two, classCount: 2).plane().bytes == [0, 2, 0, 1, 255, 1])
    let one = try #require(
      Dataset.open(path: folder.path, split: "train", classNames: ["cat"]).samples.first)
    #expect(try SampleMask(sample: one, classCount: 1).plane().bytes == [0, 0, 1, 0, 255, 0])
  }

  /// JPEG's numbers are not those that were drawn.
  @Test func jpegMasksOfSeveralClassesAreTold() throws {
    let folder = try TestFolder()
    let waves = Image(width: 16, height: 8, filledWith: 1)
    try folder.write(ImageFile.encode(waves, as: .jpeg), to: "m.jpg")
    var sample = Sample(imagePath: "", imageWidth: 16, imageHeight: 8, annotations: [])
    sample.maskPath = folder.path("m.jpg")
    #expect(throws: Never.self) { try SampleMask(sample: sample, classCount: 1).plane() }
    #expect(throws: DatasetIssue.self) {
      try SampleMask(sample: sample, classCount: 2).plane()
    }
  }

  @Test func masksThatCannotBeOnesAreTold() throws {
    let folder = try TestFolder()
    try folder.writeImage("a.png", width: 4, height: 2)
    let gray = Image(width: 4, height: 2, format: .gray8, bytes: [0, 1, 2, 3, 255, 4, 0, 0])
    var colors = Image(width: 4, height: 2)
    colors.bytes[3] = 9
    let sound = Image(width: 4, height: 2, format: .gray8, bytes: [0, 1, 2, 3, 255, 3, 0, 0])
    let cases: [(Image?, DatasetIssue.Kind, String)] = [
      (gray, .unknownClass, "has the number 4 at pixel (1, 1), but there are 3 classes"),
      (colors, .malformedLabels, "has colors"),
      (
        Image(width: 4, height: 2, format: PixelFormat(channels: 1, bitDepth: 16)),
        .malformedLabels, "has 16 bits per pixel"
      ),
      (Image(width: 2, height: 4, format: .gray8), .sizeMismatch, "2x4 pixels, but its image"),
      (nil, .unreadableImage, "there is no file of this name"),
    ]
    try folder.write(ImageFile.encode(sound, as: .png), to: "sound.png")
    for (mask, kind, words) in cases {
      try? FileManager.default.removeItem(atPath: folder.path("m.png"))
      if let mask { try folder.write(ImageFile.encode(mask, as: .png), to: "m.png") }
      let samples = ["m.png", "sound.png"].map { name in
        var sample = Sample(
          imagePath: folder.path("a.png"), imageWidth: 4, imageHeight: 2, annotations: [])
        sample.maskPath = folder.path(name)
        return sample
      }
      let batch = try #require(try batches(samples, nil).first)
      #expect(batch.issues.map(\.kind) == [kind] && batch.sampleIndices == [1, 1])
      #expect(batch.issues.first?.file == folder.path("m.png"))
      let message = batch.issues.first?.message ?? ""
      #expect(message.contains(words))
      #expect(throws: DatasetsError.self) { try self.batches(samples, nil) { $0.isStrict = true } }
    }
  }

  /// A class before what is ignored before the ground; of two classes that of the image seen more.
  @Test func blendedImagesHaveTheObjectsOfBoth() {
    func image(_ numbers: [UInt8]) -> Image {
      Image(width: 4, height: 4, format: .gray8, bytes: numbers)
    }
    let first = image([0, 0, 0, 0, 255, 255, 255, 255, 1, 1, 1, 1, 2, 2, 2, 2])
    let second = image([0, 255, 1, 2, 0, 255, 1, 2, 0, 255, 1, 2, 0, 255, 1, 2])
    let more = ClassMasks.blended(first, second, showsMoreOfFirst: true)
    #expect(more.bytes == [0, 255, 1, 2, 255, 255, 1, 2, 1, 1, 1, 1, 2, 2, 2, 2])
    let less = ClassMasks.blended(first, second, showsMoreOfFirst: false)
    #expect(less.bytes == [0, 255, 1, 2, 255, 255, 1, 2, 1, 1, 1, 2, 2, 2, 1, 2])
  }

  @Test func mixupBlendsMasks() throws {
    let folder = try TestFolder()
    var augmentation = AugmentationConfig.none
    augmentation.mixup = 1
    var samples = try samples(in: folder, count: 2)
    // Of one size: class 1 in the left half of one, class 2 in the upper half of the other.
    for index in 0..<2 {
      let mask = Image(
        width: 52, height: 44, format: .gray8,
        bytes: (0..<52 * 44).map { place in
          (index == 0 ? place % 52 < 26 : place / 52 < 22) ? UInt8(index + 1) : 0
        })
      try folder.write(ImageFile.encode(mask, as: .png), to: "mask\(index).png")
      try folder.writeImage("\(index).png", width: 52, height: 44)
      (samples[index].imageWidth, samples[index].imageHeight) = (52, 44)
      samples[index].annotations = []
    }
    var corners: Set<[UInt8]> = []
    for batch in try batches(samples, augmentation, epochs: 20) {
      for image in 0..<2 {
        let plane = try plane(batch, image)
        corners.insert([plane[0], plane[51], plane[43 * 52], plane[43 * 52 + 51]])
      }
    }
    // With itself, or with the other; above left that which is seen more.
    #expect(corners == [[1, 0, 1, 0], [2, 2, 0, 0], [1, 2, 1, 0], [2, 2, 1, 0]])
  }
}
