import Basics
import Testing

@testable import Imaging

@Suite("Drawing")
struct DrawingTests {
  private static let background = Color(red: 90, green: 91, blue: 92)

  private func blank(_ width: Int, _ height: Int) -> Image {
    let color = Self.background
    return Image(
      width: width, height: height, format: .rgb8,
      bytes: Reference.pixels(width: width, height: height) { _, _ in
        [color.red, color.green, color.blue]
      })
  }

  private func color(_ image: Image, _ x: Int, _ y: Int) -> Color {
    let index = (y * image.width + x) * 3
    return Color(
      red: image.bytes[index], green: image.bytes[index + 1], blue: image.bytes[index + 2])
  }

  private func detection(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, classIndex: Int = 0,
    score: Float = 0.87
  ) -> Detection {
    Detection(box: Box(x1: x1, y1: y1, x2: x2, y2: y2), classIndex: classIndex, score: score)
  }

  @Test("a box has its edge inside, in the color of its class, and leaves its interior alone")
  func box() {
    // 400 x 400: lines of 2 pixels (400 / 200 + 0.25, rounded), dots of 1.5 (400 / 140 / 2).
    let image = blank(400, 400).drawing(
      [detection(100.4, 149.6, 300, 250.5, classIndex: 3)], classNames: [])
    let line = Color.ofClass(3)
    // Rounded: columns 100..<300, rows 150..<251 (halves away from zero).
    for y in [150, 151, 249, 250] { #expect(color(image, 299, y) == line) }
    for x in [100, 101, 298, 299] { #expect(color(image, x, 200) == line) }
    for (x, y) in [(99, 200), (300, 200), (200, 251), (102, 200), (297, 200), (200, 248)] {
      #expect(color(image, x, y) == Self.background)
    }
  }

  @Test("the label stands on the box: filled with its color, with its text in the contrasting one")
  func label() {
    let image = blank(400, 400).drawing(
      [detection(100, 150, 300, 250)], classNames: ["cat"])
    // Dots of 1.5 pixels: a margin of 3, and 10 dots of text and descenders: 18 rows.
    let style = DrawingStyle(width: 400, height: 400)
    #expect(style.labelHeight == 18)
    // "cat 0.87": 8 characters of 6 dots less the last blank column: 47 * 1.5 = 70.5, and margins.
    #expect(style.labelWidth(8) == 71 + 6)
    let fill = Color.ofClass(0)
    for (x, y) in [(100, 132), (176, 132), (100, 149), (176, 149), (101, 140)] {
      #expect(color(image, x, y) == fill)
    }
    for (x, y) in [(100, 131), (99, 140), (177, 140)] {
      #expect(color(image, x, y) == Self.background)
    }
    let text = Reference.pixels(width: 77, height: 18) { [color(image, 100 + $0, 132 + $1)] }
    #expect(text.filter { $0 == fill.contrasting }.count > 60)
  }

  @Test("images of other formats are drawn on in color", arguments: [1, 2, 4], [8, 16])
  func formats(channels: Int, bitDepth: Int) {
    let format = PixelFormat(channels: channels, bitDepth: bitDepth)
    let image = Image(width: 120, height: 90, format: format, filledWith: 77)
    let drawn = image.drawing([detection(10, 30, 100, 80)], classNames: ["cat"])
    #expect(drawn.format == .rgb8)
    #expect(color(drawn, 99, 79) == Color.ofClass(0))
    #expect(color(drawn, 50, 60) == Color(red: 77, green: 77, blue: 77))
  }

  @Test("the best detection lies on top")
  func order() {
    let low = detection(20, 50, 120, 150, classIndex: 1, score: 0.2)
    let high = detection(20, 50, 120, 150, classIndex: 2, score: 0.9)
    for set in [[low, high], [high, low]] {
      let image = blank(200, 200).drawing(set, classNames: [])
      #expect(color(image, 119, 100) == Color.ofClass(2))
    }
  }

  @Test(
    "a label stays inside of the image, wherever the box is and however long the name",
    arguments: [(64, 64), (64, 20), (300, 40), (640, 480), (1500, 900)])
  func labelsInside(width: Int, height: Int) throws {
    let style = DrawingStyle(width: width, height: height)
    var random = SeededGenerator(seed: 3)
    for name in ["a", "motorcycle", String(repeating: "long name ", count: 30)] {
      let text = try #require(style.labelText(name: name, score: 0.5, width: width))
      #expect(text.first == name.first)
      var placement = LabelPlacement(width: width, height: height)
      for _ in 0..<40 {
        let region = PixelRegion(
          x: Int.random(in: 0..<width, using: &random),
          y: Int.random(in: 0..<height, using: &random),
          width: Int.random(in: 1...width, using: &random),
          height: Int.random(in: 1...height, using: &random))
        let place = placement.place(
          labelWidth: style.labelWidth(text.count), labelHeight: style.labelHeight, at: region)
        let label = try #require(place)
        #expect(label.x >= 0 && label.x + label.width <= width)
        #expect(label.y >= 0 && label.y + label.height <= height)
      }
    }
  }

  @Test("labels of boxes in one place avoid each other, in the order of the documentation")
  func placement() {
    var placement = LabelPlacement(width: 200, height: 200)
    let box = PixelRegion(x: 50, y: 60, width: 40, height: 50)
    let places = (0..<4).map { _ in placement.place(labelWidth: 30, labelHeight: 10, at: box) }
    #expect(places.map { $0?.y } == [50, 60, 110, 100])
    #expect(places.allSatisfy { $0?.x == 50 })
    // The fifth goes to the right end, where it covers 20 of 30 columns of one of the four.
    let fifth = placement.place(labelWidth: 30, labelHeight: 10, at: box)
    #expect(fifth?.x == 60)
    // At the top of the image there is no room above.
    let top = PixelRegion(x: 180, y: 5, width: 20, height: 100)
    let inside = placement.place(labelWidth: 30, labelHeight: 10, at: top)
    #expect(inside == PixelRegion(x: 170, y: 5, width: 30, height: 10))
    let wide = placement.place(labelWidth: 201, labelHeight: 10, at: top)
    #expect(wide == nil)
  }

  @Test("what lies outside or is not finite is not drawn")
  func outside() {
    let image = blank(100, 80)
    let set = [
      detection(.nan, 0, 10, 10), detection(0, 0, .infinity, 10), detection(100, 0, 120, 10),
      detection(-20, 0, 0, 10), detection(0, 80, 10, 90), detection(50, 50, 40, 60),
      detection(1e300, 1e300, 1e301, 1e301),
    ]
    #expect(image.drawing(set, classNames: ["cat"]) == image)
    #expect(image.drawing([Detection](), classNames: []) == image)
  }

  @Test("a box larger than the image is cut to it, and an empty one is a pixel")
  func cut() {
    let large = blank(100, 80).drawing(
      [detection(-1e300, -5, 1e300, 1e12)], classNames: ["cat"])
    for (x, y) in [(99, 0), (99, 79), (0, 79), (0, 40), (99, 40)] {
      #expect(color(large, x, y) == Color.ofClass(0))
    }
    #expect(color(large, 50, 40) == Self.background)
    let small = blank(200, 200).drawing([detection(50, 100, 50, 100)], classNames: ["cat"])
    #expect(color(small, 50, 100) == Color.ofClass(0))
    #expect(color(small, 51, 101) == Self.background)
  }

  @Test("any image can be drawn on, however small", arguments: 1...14)
  func tiny(size: Int) {
    for (width, height) in [(size, size), (1, 40 * size), (40 * size, 1)] {
      let side = Double(max(width, height))
      let image = blank(width, height).drawing(
        [detection(0, 0, side, side), detection(0.2, 0.2, 0.4, 0.4, score: .nan)],
        classNames: ["cat"])
      #expect(image.width == width && image.height == height)
      #expect(color(image, 0, 0) != Self.background)
    }
  }

  @Test("a class without a name is called by its index, and a name may be anything")
  func names() {
    let set = [detection(10, 30, 150, 150, classIndex: 0)]
    func drawn(_ names: [String]) -> Image {
      blank(200, 200).drawing(set, classNames: names)
    }
    #expect(drawn([]) == drawn(["class 0"]))
    #expect(drawn(["猫"]) == drawn(["é"]))
    #expect(drawn(["cat"]) != drawn(["cut"]))
    let negative = blank(200, 200).drawing(
      [detection(10, 30, 150, 150, classIndex: -5)], classNames: ["cat"])
    #expect(color(negative, 149, 149) == Color.ofClass(-5))
  }

  @Test("lines and text take about the same part of any image")
  func style() {
    for width in stride(from: 64, through: 8000, by: 62) {
      let style = DrawingStyle(width: width, height: width * 3 / 4)
      let letter = Double(BitmapFont.capHeight) * style.textScale
      #expect(letter >= 7)
      // From 400 pixels on, a capital is 1.8 to 2.7 percent of the width.
      if width >= 400 { #expect((0.018...0.027).contains(letter / Double(width))) }
      #expect(style.lineWidth >= 1 && style.lineWidth <= 1 + width / 150)
    }
  }
}

@Suite("Color")
struct ColorTests {
  @Test("labels are readable: the text contrasts by 4.5 and more with every class color (WCAG AA)")
  func contrast() {
    for classIndex in -3..<300 {
      let color = Color.ofClass(classIndex)
      let bright = max(color.relativeLuminance, color.contrasting.relativeLuminance)
      let dark = min(color.relativeLuminance, color.contrasting.relativeLuminance)
      #expect((bright + 0.05) / (dark + 0.05) >= 4.5)
    }
  }

  @Test("text is the one of black and white with more contrast")
  func textColor() {
    for (sample, text) in [(0, Color.white), (110, .white), (125, .black), (255, .black)] {
      let gray = UInt8(sample)
      #expect(Color(red: gray, green: gray, blue: gray).contrasting == text)
    }
  }

  @Test("the first twenty classes have colors far apart, neighbors even farther")
  func distinct() {
    func distance(_ a: Int, _ b: Int) -> Int {
      let (a, b) = (Color.ofClass(a), Color.ofClass(b))
      return abs(Int(a.red) - Int(b.red)) + abs(Int(a.green) - Int(b.green))
        + abs(Int(a.blue) - Int(b.blue))
    }
    for a in 0..<20 {
      for b in 0..<a { #expect(distance(a, b) >= 40, "\(a) and \(b)") }
      #expect(distance(a, a + 1) >= 150, "\(a) and its neighbor")
    }
  }
}
