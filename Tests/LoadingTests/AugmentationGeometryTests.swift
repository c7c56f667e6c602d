@testable import Basics
import Engine
import Foundation
import Imaging
import Testing

@testable import Datasets
@testable import Loading

/// Labels go where pixels go: for each augmentation that moves pixels, boxes from moved corners and
/// polygons are held against the bounds of what was drawn.
struct AugmentationGeometryTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let change: @Sendable (inout AugmentationConfig) -> Void

    init(_ name: String, _ change: @escaping @Sendable (inout AugmentationConfig) -> Void) {
      testDescription = name
      self.change = change
    }
  }

  /// Each alone, on top of the usual mirroring, scale and shift; then all of them.
  static let cases = [
    Case("usual") { $0.mosaic = 0 },
    Case("top and bottom") { $0.flipUpDown = 1 },
    Case("degrees") { $0.degrees = 180 },
    Case("shear") { $0.shear = 30 },
    Case("perspective") { $0.perspective = 0.008 },  // as strong at 52 pixels as 0.001 at 416
    Case("mosaic of four") { $0.mosaic = 1 },
    Case("mosaic of nine") {
      $0.mosaic = 1
      $0.mosaic9 = 1
    },
    Case("crop") { $0.crop = 1 },
    Case("all") {
      $0.flipUpDown = 0.5
      $0.degrees = 45
      $0.shear = 15
      $0.perspective = 0.004
      $0.mosaic = 0.5
      $0.mosaic9 = 0.5
      $0.crop = 0.5
    },
  ]

  private let side = 52
  /// The input is drawn this much larger, so that the corners of a turned shape, which may lie
  /// between the centers of pixels, are seen.
  private let fineness = 8

  @Test(arguments: cases)
  func boxesAreTheBoundsOfWhatIsDrawn(_ test: Case) throws {
    var config = AugmentationConfig()
    config.mosaic = 0
    test.change(&config)
    var random = SeededGenerator(seed: 11)
    var (seen, worst) = (0, 0.0)
    for place in 0..<1000 {
      let (width, height) = (150 + random.index(below: 150), 150 + random.index(below: 150))
      let object = try shape(place, width: width, height: height, using: &random)
      let sample = Sample(
        imagePath: "", imageWidth: width, imageHeight: height, annotations: [object.label])
      let seed = SampleSeed(seed: 5, epoch: 0, place: place)
      let draw = AugmentationParameters(config, seed: seed) { $0.index(below: 1) }
      let cells = draw.mosaic.cells
      let layer = PlacedImage(
        sample: sample, cell: cells[place % cells.count],
        placement: draw.placement.transform(width: side, height: side),
        crop: cells.count == 1 ? CropParameters(sample, config, seed: seed) : nil, width: side,
        height: side)
      guard layer.annotations.count == 1 else { continue }
      let drawn = drawn(object.mask, layer)
      // Where the border cuts a shape almost along its edge, a hair moves the end of the cut far: so
      // it is enough to lie between what a border a quarter of a pixel farther in and out shows.
      let inner = box(object.label, layer, margin: -2)
      guard let outer = box(object.label, layer, margin: 2), let drawn, let inner else {
        // Seen by one alone: a sliver.
        let rest = inner ?? drawn ?? Box(x1: 0, y1: 0, x2: 0, y2: 0)
        #expect(min(rest.width, rest.height) < 0.5, "\(place)")
        continue
      }
      let distance =
        [
          outer.x1 - drawn.x1, drawn.x1 - inner.x1, outer.y1 - drawn.y1, drawn.y1 - inner.y1,
          drawn.x2 - outer.x2, inner.x2 - drawn.x2, drawn.y2 - outer.y2, inner.y2 - drawn.y2,
        ].max() ?? 0
      #expect(distance <= 0.5, "\(place): from \(inner) to \(outer), drawn at \(drawn)")
      worst = max(worst, distance)
      seen += 1
    }
    #expect(seen > 500, "too few were seen: \(seen)")
    #expect(worst > 0, "bounds of pixels are never exactly those of corners")
  }

  /// Where the label goes, in pixels of an input whose borders lie `margin` fine pixels farther out.
  private func box(_ label: Annotation, _ layer: PlacedImage, margin: Int) -> Box? {
    let offset = Double(margin)
    let part = layer.part
    let view = ClippedObject(
      label,
      showing: Box(
        x1: part.x1 - offset / 2, y1: part.y1 - offset / 2, x2: part.x2 + offset / 2,
        y2: part.y2 + offset / 2),
      through: layer.transform.concatenating(.scale(Double(fineness)))
        .concatenating(.translation(x: offset, y: offset)),
      width: side * fineness + 2 * margin, height: side * fineness + 2 * margin)
    return (view?.annotation.box).map {
      let scale = 1 / Double(fineness)
      return Box(
        x1: ($0.x1 - offset) * scale, y1: ($0.y1 - offset) * scale,
        x2: ($0.x2 - offset) * scale, y2: ($0.y2 - offset) * scale)
    }
  }

  /// A rectangle with its box alone, an ellipse with a polygon, or one with a mask, in turn; and its
  /// pixels.
  private func shape(
    _ place: Int, width: Int, height: Int, using random: inout SeededGenerator
  ) throws -> (label: Annotation, mask: RunLengthMask) {
    let w = 20 + random.index(below: width - 40)
    let h = 20 + random.index(below: height - 40)
    let x = random.index(below: width - w)
    let y = random.index(below: height - h)
    let box = Box(x1: Double(x), y1: Double(y), x2: Double(x + w), y2: Double(y + h))
    var label = Annotation(box: box, classIndex: 0)
    if place % 3 == 0 {
      let polygon = Polygon(box).numbers
      return (label, try RunLengthMask(width: width, height: height, polygons: [polygon]))
    }
    let corners = (0..<24).flatMap { step -> [Double] in
      let angle = Double(step) * .pi / 12
      return [
        box.centerX + box.width / 2 * cos(angle),
        box.centerY + box.height / 2 * sin(angle),
      ]
    }
    let mask = try RunLengthMask(width: width, height: height, polygons: [corners])
    label.segmentation = place % 3 == 1 ? .polygons([corners]) : .mask(mask)
    return (label, mask)
  }

  /// The bounds, in pixels of the input, of a shape that is drawn as an image by the warp.
  private func drawn(_ mask: RunLengthMask, _ layer: PlacedImage) -> Box? {
    let image = Image(
      width: mask.width, height: mask.height, format: PixelFormat(channels: 1),
      bytes: mask.pixels.map { $0 * 255 }
    ).converted(to: .rgb8)
    let size = side * fineness
    var canvas = Image(width: size, height: size)
    Warp(
      transform: layer.transform.concatenating(.scale(Double(fineness))), window: layer.part
    ).draw(image, into: &canvas, keepsOutside: true)
    var bounds: Box?
    for y in 0..<size {
      for x in 0..<size where canvas.bytes[(y * size + x) * 3] >= 128 {
        let (left, top) = (Double(x) / Double(fineness), Double(y) / Double(fineness))
        let step = 1 / Double(fineness)
        let box = bounds ?? Box(x1: left, y1: top, x2: left, y2: top)
        bounds = Box(
          x1: min(box.x1, left), y1: min(box.y1, top), x2: max(box.x2, left + step),
          y2: max(box.y2, top + step))
      }
    }
    return bounds
  }

  /// A mask that goes through a transform covers what an image of it covers.
  @Test func masksGoWhereImagesGo() throws {
    var random = SeededGenerator(seed: 3)
    for place in 0..<300 {
      let object = try shape(3 * place + 2, width: 90, height: 70, using: &random)
      func number(_ low: Float, _ high: Float) -> Double {
        Double(random.uniform(in: low...high))
      }
      let transform = ProjectiveTransform(
        a: number(0.5, 1.5), b: number(-1, 1), tx: number(-30, 30), c: number(-1, 1),
        d: number(0.5, 1.5), ty: number(-30, 30)
      ).concatenating(.perspective(x: number(0, 0.004), y: number(0, 0.004)))
      let part = Box(x1: 5, y1: 0, x2: 80, y2: 70)
      let moved = object.mask.transformed(by: transform, showing: part, width: 64, height: 60)
      guard let inverse = transform.inverse else { continue }
      let source = object.mask.pixels
      let expected = (0..<64 * 60).map { pixel -> UInt8 in
        guard
          let (x, y) = inverse.apply(x: Double(pixel % 64) + 0.5, y: Double(pixel / 64) + 0.5),
          x >= 5, x < 80, y >= 0, y < 70
        else { return 0 }
        return source[Int(y) * 90 + Int(x)]
      }
      #expect(moved.pixels == expected)
    }
  }
}
