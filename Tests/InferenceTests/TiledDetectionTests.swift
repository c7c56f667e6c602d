import Basics
import Engine
import Imaging
import Testing

@testable import Inference
@testable import Networks

private func pattern(width: Int, height: Int, seed: UInt64) -> Image {
  var generator = SeededGenerator(seed: seed)
  let bytes = (0..<width * height * 3).map { _ in UInt8.random(in: 0...255, using: &generator) }
  return Image(width: width, height: height, format: .rgb8, bytes: bytes)
}

private func mirrored(_ image: Image) -> Image {
  var result = image
  for y in 0..<image.height {
    for x in 0..<image.width {
      for c in 0..<3 {
        result.bytes[(y * image.width + x) * 3 + c] =
          image.bytes[(y * image.width + image.width - 1 - x) * 3 + c]
      }
    }
  }
  return result
}

/// A compact detector with random weights.
private func detector(
  _ options: DetectionOptions, size: InputSize = 64, models: [Model]? = nil, threads: Int = 2
) throws -> Detector {
  Detector(
    models ?? [Model(.compact, classNames: ["a", "b", "c"], imageSize: size, seed: 12)],
    options: options, pool: ThreadPool(threads: threads), kernels: try Kernels.chosen(.f32))
}

@Suite struct TileGridTests {
  @Test("tiles of 640 with a fifth in common, by hand")
  func positions() {
    // 1500 - 640 = 860 in steps of at most 512: 2 steps of 430. 700 - 640 = 60: 1 step.
    let grid = TileGrid(imageWidth: 1500, imageHeight: 700, side: 640, overlap: 0.2)
    #expect(grid.regions.map(\.x) == [0, 430, 860, 0, 430, 860])
    #expect(grid.regions.map(\.y) == [0, 0, 0, 60, 60, 60])
    #expect(grid.regions.allSatisfy { $0.width == 640 && $0.height == 640 })
  }

  @Test("an image that fits into a tile has none, and a flat one has tiles of its height")
  func fitting() {
    #expect(TileGrid(imageWidth: 640, imageHeight: 640, side: 640, overlap: 0.2).regions.isEmpty)
    let flat = TileGrid(imageWidth: 1000, imageHeight: 100, side: 640, overlap: 0.2).regions
    #expect(flat.map(\.x) == [0, 360] && flat.allSatisfy { $0.height == 100 })
  }

  @Test("every object up to the shared part is complete in a tile", arguments: [0, 0.2, 0.5, 0.75])
  func objectsAreComplete(overlap: Double) {
    for width in [65, 127, 128, 129, 300, 1000] {
      let regions = TileGrid(imageWidth: width, imageHeight: 64, side: 64, overlap: overlap).regions
      let size = Int(64 * overlap)
      for x in 0...width - size {
        #expect(regions.contains { $0.x <= x && x + size <= $0.x + $0.width })
      }
      #expect(regions.allSatisfy { $0.x + $0.width <= width })
    }
  }
}

@Suite struct TilePyramidTests {
  @Test("tiles cover twice as much at each level, until one would show all, by hand")
  func levels() {
    // 640 < 1500, 1280 < 1500, 2560 >= 1500.
    let levels = TilePyramid(imageWidth: 1500, imageHeight: 700, side: 640, overlap: 0.2).levels
    #expect(levels.map(\.scale) == [1, 2])
    #expect(levels.map(\.regions.count) == [6, 2])
    #expect(levels.map(\.completeSize) == [128, 256])
    #expect(levels.map(\.finerSize) == [0, 128])
    // 1500 - 1280 = 220; tiles are cut to the height of the image.
    #expect(levels[1].regions.map(\.x) == [0, 220])
    #expect(levels[1].regions.allSatisfy { $0.width == 1280 && $0.height == 700 })
    #expect(TilePyramid(imageWidth: 640, imageHeight: 600, side: 640, overlap: 0.2).levels.isEmpty)
  }

  @Test("tiles around boxes lie in the image, and one may show several boxes, by hand")
  func around() {
    let level = TilePyramid(imageWidth: 1500, imageHeight: 700, side: 640, overlap: 0.2).levels[0]
    let boxes = [
      // Its middle is 600, 350: 280...920 and 30...670.
      Box(x1: 500, y1: 300, x2: 700, y2: 400), Box(x1: 300, y1: 40, x2: 400, y2: 60),
      // At the corner of the image, and too large for a tile.
      Box(x1: 1400, y1: 600, x2: 1500, y2: 700), Box(x1: 0, y1: 0, x2: 1000, y2: 100),
    ]
    #expect(
      level.regions(around: boxes, seen: []) == [
        PixelRegion(x: 280, y: 30, width: 640, height: 640),
        PixelRegion(x: 860, y: 60, width: 640, height: 640),
        PixelRegion(x: 180, y: 0, width: 640, height: 640),
      ])
    // No more than the six tiles of the grid.
    let many = (0..<20).map { Box(x1: 10, y1: 10, x2: 1000 + Double($0), y2: 100) }
    #expect(level.regions(around: many, seen: level.regions).count == 6)
    let flat = TilePyramid(imageWidth: 1500, imageHeight: 100, side: 640, overlap: 0.2).levels[0]
    #expect(
      flat.regions(around: [boxes[3]], seen: [])
        == [PixelRegion(x: 180, y: 0, width: 640, height: 100)])
    // The last tile of the first row shows all of it: 860...1500 and 0...640.
    let shown = Box(x1: 870, y1: 300, x2: 1400, y2: 400)
    #expect(level.regions(around: [shown], seen: level.regions).isEmpty)
    #expect(level.regions(around: [shown], seen: [level.regions[0]]).count == 1)
  }
}

@Suite struct TiledDetectionTests {
  private var options: DetectionOptions {
    var options = DetectionOptions(confidence: 0.02, iou: 0.5)
    options.overlap = 0.25
    return options
  }

  @Test("tiles are found as images of their own, moved to their place and merged")
  func tiles() throws {
    let image = pattern(width: 128, height: 64, seed: 1)
    let plain = try detector(options)
    var merging = TileMerging(imageWidth: 128, imageHeight: 64)
    merging.add(
      try plain.detect(image), of: PixelRegion(x: 0, y: 0, width: 128, height: 64), finerSize: 16)
    func look(at regions: [PixelRegion]) throws {
      for region in regions {
        let tile = try #require(image.cropped(to: Box(region)))
        let found = try plain.detect(tile)
        #expect(!found.isEmpty)
        merging.add(
          found.map {
            Detection(
              box: $0.box.moved(x: Double(region.x), y: 0), classIndex: $0.classIndex,
              score: $0.score)
          }, of: region, finerSize: 0)
      }
    }
    // 128 - 64 = 64 in 2 steps of at most 48.
    let grid = [0, 32, 64].map { PixelRegion(x: $0, y: 0, width: 64, height: 64) }
    try look(at: grid)
    let level = TilePyramid(imageWidth: 128, imageHeight: 64, side: 64, overlap: 0.25).levels[0]
    let again = level.regions(around: merging.incomplete(.ios), seen: grid)
    #expect(!again.isEmpty)
    try look(at: again)
    let expected = merging.merged(.ios)
    for batch in [1, 2, 5] {
      var options = options
      (options.tile, options.batch) = (64, batch)
      let tiled = try detector(options)
      let small = DecodedImage(pattern(width: 40, height: 60, seed: 2))
      let found = try tiled.predict([DecodedImage(image), small])
      #expect(found[0].count == expected.count)
      for (a, b) in zip(found[0], expected) {
        #expect(a.score == b.score && a.classIndex == b.classIndex)
        #expect(a.box.iou(b.box) > 1 - 1e-9)
      }
      // An image that fits into a tile is processed as without.
      #expect(try found[1] == plain.predict([small])[0])
      #expect(tiled.decodePolicy.neededLongerSide == nil)
    }
    #expect(plain.decodePolicy.neededLongerSide == 64)
  }

  /// The views of a mirror image are those of the image, mirrored.
  @Test(
    "with augmentation, a mirror image has the mirrored detections", arguments: NMSKind.allCases)
  func augmentation(_ kind: NMSKind) throws {
    let image = pattern(width: 96, height: 96, seed: 3)
    var options = options
    options.nms = kind
    func agree() throws -> Bool {
      let seen = try detector(options, size: 96)
      let found = try seen.detect(image)
      #expect(!found.isEmpty)
      let other = try seen.detect(mirrored(image)).map { detection in
        let box = detection.box
        return Detection(
          box: Box(x1: 96 - box.x2, y1: box.y1, x2: 96 - box.x1, y2: box.y2),
          classIndex: detection.classIndex, score: detection.score)
      }
      return found.count == other.count
        && found.allSatisfy { a in
          other.contains {
            $0.classIndex == a.classIndex && abs($0.score - a.score) < 1e-5
              && $0.box.iou(a.box) > 1 - 1e-4
          }
        }
    }
    #expect(try !agree())
    options.augments = true
    #expect(try agree())
  }

  @Test("augmentation needs images decoded for the largest input")
  func decoding() throws {
    var options = options
    options.augments = true
    // 96 times 1.17 is 112, of which 128 is the nearest multiple of 32.
    #expect(try detector(options, size: 96).decodePolicy.neededLongerSide == 128)
  }

  @Test("boxes whose shorter side is below the minimum are left out")
  func minimumSize() throws {
    let image = pattern(width: 128, height: 128, seed: 4)
    var options = options
    options.iou = 1
    options.maximumDetections = 100_000
    let all = try detector(options).detect(image)
    func side(_ detection: Detection) -> Double { min(detection.box.width, detection.box.height) }
    let sides = all.map(side).sorted()
    options.minimumSize = sides[sides.count / 2]
    let large = try detector(options).detect(image)
    #expect(large == all.filter { side($0) >= options.minimumSize })
    #expect(large.count < all.count && !large.isEmpty)
  }

  @Test("two equal networks find what one finds")
  func twins() throws {
    let model = Model(.compact, classNames: ["a", "b", "c"], imageSize: 64, seed: 12)
    let image = pattern(width: 64, height: 64, seed: 5)
    let one = try detector(options, models: [model]).detect(image)
    #expect(!one.isEmpty)
    #expect(try detector(options, models: [model, model]).detect(image) == one)
  }

  /// The second network is the first with its classes renamed: its class 0 is the ensemble's class 1.
  /// Both detect class 1 where the first one alone, across classes, detects 0 and 1.
  @Test("classes of an ensemble are matched by name")
  func names() throws {
    let model = Model(.compact, classNames: ["a", "b", "c"], imageSize: 64, seed: 12)
    let image = pattern(width: 64, height: 64, seed: 6)
    var options = options
    options.isMultiLabel = true
    options.classes = [1]
    let together = try detector(
      options, models: [model, model.renaming(classes: ["b", "c", "a"])]
    ).detect(image)
    #expect(!together.isEmpty && together.allSatisfy { $0.classIndex == 1 })
    options.classes = [0, 1]
    options.isClassAgnostic = true
    let alone = try detector(options, models: [model]).detect(image)
    #expect(Set(alone.map(\.classIndex)) == [0, 1])
    #expect(together.map(\.box) == alone.map(\.box))
    #expect(together.map(\.score) == alone.map(\.score))
  }
}
