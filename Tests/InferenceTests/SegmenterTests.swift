import Basics
import Engine
import Foundation
import Imaging
import Testing

@testable import Inference
@testable import Networks

/// The segmenter: windows against the whole image, borders, classes, mirror images.
struct SegmenterTests {
  /// A small U-Net with batch normalization, of the depth of the catalog's, with random weights.
  private static func model(
    classCount: Int = 1, levels: Int = 4, channels: Int = 1,
    activation: SegmentationHead.Activation = .sigmoid, size: InputSize = 64
  ) -> Model {
    let spec = ModelSpec(
      name: "unet", summary: "", defaultSize: size,
      preprocessing: .perImage(.percentile(low: 1, high: 99.8), channels: channels),
      head: .segmentation(SegmentationHead(activation))
    ) { x, _, logitCount, scope in
      func pair(_ x: Value, _ count: Int, _ scope: Scope) -> Value {
        let norm = NormStyle(activation: .relu)
        let y = scope["bn1"].apply(
          norm.norm(count), scope["conv1"].apply(Convolution(x.shape.c, count, kernel: 3), x))
        return scope["bn2"].apply(
          norm.norm(count), scope["conv2"].apply(Convolution(count, count, kernel: 3), y))
      }
      var skips: [Value] = []
      var y = x
      for level in 0..<levels {
        y = pair(y, 2 << min(level, 2), scope["down\(level)"])
        skips.append(y)
        y = scope["pool\(level)"].apply(MaxPool(kernel: 2), y)
      }
      y = pair(y, 8, scope["bottom"])
      for level in (0..<levels).reversed() {
        let skip = skips[level]
        let up = scope["enlarge\(level)"].apply(
          TransposedConvolution(y.shape.c, skip.shape.c, kernel: 2, stride: 2, bias: true), y)
        y = pair(
          scope["concat\(level)"].apply(Concat(), skip, up), skip.shape.c, scope["up\(level)"])
      }
      return [
        scope["out"].apply(Convolution(y.shape.c, logitCount, kernel: 1, bias: true), y)
      ]
    }
    let names = (0..<classCount).map { "class \($0)" }
    return Model(
      spec, classNames: names, imageSize: size, head: .segmentation(SegmentationHead(activation)),
      seed: 3)
  }

  private static func segmenter(
    _ model: Model, _ options: SegmentationOptions = SegmentationOptions(), threads: Int = 2
  ) throws -> Segmenter {
    let segmenter = try Segmenter(model, options: options, threads: threads, precision: .f32)
    segmenter.keepsProbabilities = true
    return segmenter
  }

  private static func image(
    width: Int, height: Int, format: PixelFormat = .gray8, seed: UInt64 = 1
  ) -> Image {
    var image = Image(width: width, height: height, format: format)
    var generator = SeededGenerator(seed: seed)
    // Blobs of several sizes, and noise.
    let pixel = format.bytesPerPixel
    for y in 0..<height {
      for x in 0..<width {
        let wave = sin(Double(x) / 17) * cos(Double(y) / 23) + sin(Double(x + y) / 7) / 2
        for byte in 0..<pixel {
          image.bytes[(y * width + x) * pixel + byte] =
            UInt8(min(max(128 + 60 * wave, 0), 220)) + UInt8(generator.next() % 30)
        }
      }
    }
    return image
  }

  private static func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// The bar of the project: at least 92 pixels from the edges of all windows, which is the reach of
  /// four levels, windows of 512 change nothing.
  @Test func windowsGiveTheResultOfTheWholeImage() throws {
    let image = Self.image(width: 704, height: 544)
    let model = Self.model()
    let whole = try Self.segmenter(model).segment(image)
    let inWindows = try Self.segmenter(model, SegmentationOptions(window: 512)).segment(image)
    let expected = try #require(whole.probabilities)
    let found = try #require(inWindows.probabilities)
    #expect(expected.count == 704 * 544 && found.count == expected.count)
    func edges(_ length: Int) -> [Int] {
      WindowAxis(length: length, window: 512, overlap: 0.25).starts.flatMap { [$0, $0 + 512] }
        .filter { $0 > 0 && $0 < length }
    }
    #expect(edges(704) == [512, 192] && edges(544) == [512, 32])
    var (compared, elsewhere) = (0, Float(0))
    for y in 0..<544 {
      for x in 0..<704 {
        let difference = abs(expected[y * 704 + x] - found[y * 704 + x])
        let isInside =
          edges(704).allSatisfy { abs($0 - x) > 92 } && edges(544).allSatisfy { abs($0 - y) > 92 }
        if isInside {
          compared += 1
          #expect(difference < 1e-3, "at \(x), \(y)")
        } else {
          elsewhere = max(elsewhere, difference)
        }
      }
    }
    #expect(compared > 10_000)
    // The network sees the edges of windows, so the test can fail.
    #expect(elsewhere > 1e-3)
    #expect(elsewhere < 0.5)
    let spread = expected.max().map { $0 - (expected.min() ?? 0) } ?? 0
    #expect(spread > 0.1, "the network answers the same everywhere")
  }

  @Test func resultsDependOnNeitherBatchNorThreads() throws {
    let image = Self.image(width: 200, height: 150)
    let model = Self.model(levels: 2)
    let first = try Self.segmenter(
      model, SegmentationOptions(window: 64, augments: true), threads: 1
    ).segment(image)
    for (batch, threads) in [(1, 2), (3, 2), (8, 1)] {
      let options = SegmentationOptions(window: 64, augments: true, batch: batch)
      #expect(try Self.segmenter(model, options, threads: threads).segment(image) == first)
    }
  }

  /// Sizes that are no multiples of 32, smaller and larger than a window, 8 and 16 bits, with alpha.
  @Test(arguments: [(1, 1), (37, 45), (64, 33), (97, 70), (300, 20)], [1, 2, 3, 4])
  func everySizeAndFormat(size: (Int, Int), channels: Int) throws {
    for bits in [8, 16] {
      let image = Self.image(
        width: size.0, height: size.1,
        format: PixelFormat(channels: channels, bitDepth: bits))
      for networkChannels in [1, 3] {
        let model = Self.model(levels: 2, channels: networkChannels)
        for options in [SegmentationOptions(), SegmentationOptions(window: 64)] {
          let map = try Self.segmenter(model, options).segment(image)
          #expect(map.classes.width == size.0 && map.classes.height == size.1)
          let probabilities = try #require(map.probabilities)
          #expect(probabilities.allSatisfy { (0...1).contains($0) })
          #expect(map.classes.bytes == probabilities.map { $0 > 0.5 ? 1 : 0 })
        }
      }
    }
  }

  /// A network on one window is the graph itself on the mirrored image.
  @Test func oneWindowIsTheNetworkOnThePaddedImage() throws {
    let model = Self.model(levels: 2)
    let image = Self.image(width: 40, height: 61)
    var padded = Image(width: 64, height: 64, format: .gray8)
    for y in 0..<64 {
      for x in 0..<64 {
        // Beyond the edge at 40 the pixels 38, 37 ... follow, beyond 61 the rows 59, 58 ...
        let (from, row) = (x < 40 ? x : 78 - x, y < 61 ? y : 120 - y)
        padded.bytes[y * 64 + x] = image.bytes[row * 40 + from]
      }
    }
    let (graph, parameters) = model.graph.optimizedForInference(model.parameters)
    let kernels = try Kernels(InstructionSet.chosen())
    let plan = try Plan(
      graph, inputShapes: [Shape(n: 1, h: 64, w: 64, c: 1)], mode: .inference, kernels: kernels)
    let session = Session(plan, parameters: parameters, pool: ThreadPool(threads: 1))
    Normalization(model.description.preprocessing).scaling(of: PixelStatistics(image))
      .fill(padded, into: session.inputs[0].image(0))
    session.forward()
    let logits = session.outputs[0].tensor().values
    let found = try #require(Self.segmenter(model).segment(image).probabilities)
    for y in 0..<61 {
      for x in 0..<40 {
        let expected = 1 / (1 + exp(-Double(logits[y * 64 + x])))
        #expect(abs(Double(found[y * 40 + x]) - expected) < 1e-5)
      }
    }
  }

  /// The average over mirror images of a mirrored image is the mirrored average.
  @Test func mirrorImagesAreAveraged() throws {
    let model = Self.model(levels: 2)
    let segmenter = try Self.segmenter(model, SegmentationOptions(augments: true))
    let image = Self.image(width: 64, height: 32)
    var mirrored = image
    for y in 0..<32 {
      for x in 0..<64 { mirrored.bytes[y * 64 + x] = image.bytes[y * 64 + 63 - x] }
    }
    let a = try #require(segmenter.segment(image).probabilities)
    let b = try #require(segmenter.segment(mirrored).probabilities)
    let turned = (0..<32 * 64).map { (place: Int) -> Float in
      let (row, column) = place.quotientAndRemainder(dividingBy: 64)
      return b[row * 64 + 63 - column]
    }
    #expect(Self.largestDifference(a, turned) < 1e-5)
    let plain = try #require(Self.segmenter(model).segment(image).probabilities)
    #expect(Self.largestDifference(a, plain) > 1e-3)
  }

  @Test func classesOfASoftmax() throws {
    let model = Self.model(classCount: 3, levels: 2, activation: .softmax)
    let map = try Self.segmenter(model).segment(Self.image(width: 50, height: 40))
    let probabilities = try #require(map.probabilities)
    #expect(probabilities.count == 50 * 40 * 3)
    for (pixel, label) in map.classes.bytes.enumerated() {
      let own = Array(probabilities[pixel * 3..<pixel * 3 + 3])
      let background = 1 - own.reduce(0, +)
      let best = own.max() ?? 0
      #expect(background > -1e-5)
      if abs(best - background) < 1e-5 { continue }
      #expect(Int(label) == (background > best ? 0 : 1 + (own.firstIndex(of: best) ?? 0)))
    }
  }

  @Test func independentClassesHaveAThreshold() throws {
    let model = Self.model(classCount: 2, levels: 2)
    for threshold in [0, 0.4, 0.9, 1] as [Float] {
      let map = try Self.segmenter(model, SegmentationOptions(threshold: threshold))
        .segment(Self.image(width: 50, height: 40))
      let probabilities = try #require(map.probabilities)
      for (pixel, label) in map.classes.bytes.enumerated() {
        let (first, second) = (probabilities[pixel * 2], probabilities[pixel * 2 + 1])
        let expected = max(first, second) > threshold ? (second > first ? 2 : 1) : 0
        #expect(Int(label) == expected)
      }
    }
  }
}

/// The places and weights of windows.
struct WindowAxisTests {
  /// Every pixel is covered, neighbors overlap by at least the part that is asked for, and starts are
  /// multiples of the unit.
  @Test(arguments: [0, 0.1, 0.25, 0.5, 0.75])
  func windowsCoverTheSide(overlap: Double) {
    for window in [64, 96, 256, 512] {
      for units in 0..<60 {
        let length = window + 32 * units
        let axis = WindowAxis(length: length, window: window, overlap: overlap)
        #expect(axis.starts.first == 0 && axis.starts.last == length - window)
        for (start, next) in zip(axis.starts, axis.starts.dropFirst()) {
          #expect(next > start && start % 32 == 0)
          #expect(Double(next - start) <= max(Double(window) * (1 - overlap), 32))
        }
        for place in 0..<length {
          let sum = axis.starts.filter { $0 <= place && place < $0 + window }
            .reduce(Float(0)) { $0 + axis.weights[place - $1] }
          #expect(abs(sum * axis.scales[place] - 1) < 1e-5)
        }
      }
    }
  }

  /// exp(-x^2 / 2) with x in units of an eighth of the window: 0.5 / 8 of one beside the middle, and
  /// 31.5 / 8 at the edges.
  @Test func weightsAreGaussian() {
    let weights = WindowAxis(length: 96, window: 64, overlap: 0.25).weights
    #expect(abs(weights[32] - Float(exp(-0.5 * 0.0625 * 0.0625))) < 1e-6)
    #expect(abs(weights[0] - Float(exp(-0.5 * 3.9375 * 3.9375))) < 1e-8)
    #expect(weights == weights.reversed())
    #expect(WindowAxis(length: 64, window: 64, overlap: 0.25).weights.allSatisfy { $0 == 1 })
  }

  @Test func reflectionRepeatsNoEdge() {
    #expect((0..<9).map { Reflection.place($0, count: 4) } == [0, 1, 2, 3, 2, 1, 0, 1, 2])
    #expect((0..<4).map { Reflection.place($0, count: 1) } == [0, 0, 0, 0])
    #expect((0..<5).map { Reflection.place($0, count: 2) } == [0, 1, 0, 1, 0])
  }
}
