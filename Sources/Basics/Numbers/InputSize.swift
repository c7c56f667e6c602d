/// The size of a network's input in pixels; sides are multiples of 32.
public enum InputSize: Hashable, Sendable {
  /// The longer side; the shorter one follows from the image and is padded to a multiple of 32.
  case longerSide(Int)
  /// The same size for every image.
  case exact(height: Int, width: Int)

  /// Sides are multiples of this, in pixels: the stride of the coarsest features that are combined
  /// with finer ones.
  package static let step = 32
  /// The longest side, in pixels: a bound on memory.
  package static let limit = 4096

  /// Width and height of an input.
  package struct Extent: Hashable, Sendable, CustomStringConvertible {
    package let width: Int
    package let height: Int

    /// Height and width, as in tensor shapes.
    package var description: String { "\(height) x \(width)" }
  }

  /// The input for an image, whose size may be in any unit.
  package func extent(imageWidth: Int, imageHeight: Int) -> Extent {
    switch self {
    case .exact(let height, let width): return Extent(width: width, height: height)
    case .longerSide(let side):
      let scale = Double(side) / Double(max(imageWidth, imageHeight))
      func padded(_ length: Int) -> Int {
        let content = max(Int((Double(length) * scale).rounded()), 1)
        return (content + Self.step - 1) / Self.step * Self.step
      }
      return Extent(width: padded(imageWidth), height: padded(imageHeight))
    }
  }

  /// The largest input: a square, or the exact size. For measurements, where there is no image.
  package var largest: Extent { extent(imageWidth: 1, imageHeight: 1) }

  /// The longer side of the largest input, in pixels.
  package var longestSide: Int { max(largest.width, largest.height) }

  /// Both sides multiplied by a factor, rounded to multiples of 32.
  package func scaled(by factor: Double) -> InputSize {
    func scaled(_ side: Int) -> Int {
      max(Int((Double(side) * factor / Double(Self.step)).rounded()), 1) * Self.step
    }
    switch self {
    case .longerSide(let side): return .longerSide(scaled(side))
    case .exact(let height, let width):
      return .exact(height: scaled(height), width: scaled(width))
    }
  }

  /// Whether both sides are multiples of 32 within the limit.
  package var isValid: Bool {
    switch self {
    case .longerSide(let side): Self.isValid(side)
    case .exact(let height, let width): Self.isValid(height) && Self.isValid(width)
    }
  }

  private static func isValid(_ side: Int) -> Bool {
    (step...limit).contains(side) && side % step == 0
  }
}

extension InputSize: ExpressibleByIntegerLiteral {
  /// The longer side in pixels.
  public init(integerLiteral side: Int) { self = .longerSide(side) }
}

extension InputSize: OptionValue {
  package static var noun: String { "an input size such as 416 or 320x416" }
  package static var valueName: String { "pixels" }

  /// Parses the longer side, or height and width as `HxW`.
  package init?(optionText: String) {
    let sides = optionText.lowercased().split(separator: "x", omittingEmptySubsequences: false)
      .map { Int($0) }
    switch (sides.count, sides[0], sides.last ?? nil) {
    case (1, let side?, _): self = .longerSide(side)
    case (2, let height?, let width?): self = .exact(height: height, width: width)
    default: return nil
    }
  }

  package var optionText: String {
    switch self {
    case .longerSide(let side): "\(side)"
    case .exact(let height, let width): "\(height)x\(width)"
    }
  }

  /// A number, or the text of an exact size.
  package var json: JSONValue {
    switch self {
    case .longerSide(let side): .integer(side)
    case .exact: .string(optionText)
    }
  }
}

extension InputSize: Codable {
  /// Decodes a number, the longer side, or a text such as "320x416".
  public init(from decoder: any Decoder) throws {
    if let side = try? decoder.singleValueContainer().decode(Int.self) {
      self = .longerSide(side)
    } else {
      self = try Self.decodingText(from: decoder)
    }
  }

  /// Encodes a longer side as a number, an exact size as a text.
  public func encode(to encoder: any Encoder) throws {
    guard case .longerSide(let side) = self else { return try encodeText(to: encoder) }
    var container = encoder.singleValueContainer()
    try container.encode(side)
  }
}

extension ValueRule where Value == InputSize {
  /// Sides that are multiples of 32, with a bound on memory.
  package static var inputSize: ValueRule {
    let multiple = ValueRule<Int>.multiple(of: InputSize.step, to: InputSize.limit)
    return .rule(
      "\(multiple.expected), or HxW", expected: "\(multiple.expected), or two as HxW",
      nearest: { size in
        switch size {
        case .longerSide(let side): multiple.nearest(side).map { .longerSide($0) }
        case .exact(let height, let width):
          multiple.nearest(height).flatMap { height in
            multiple.nearest(width).map { .exact(height: height, width: $0) }
          }
        }
      }, allows: \.isValid)
  }
}
