import Engine
import Foundation

extension ONNXImporter {
  /// Resize and Upsample of images along height and width.
  static func resize(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    let isUpsample = call.node.type == "Upsample"
    let isOld = isUpsample || call.version < 11
    var axes = Array(x.dims.indices)
    if let list = try call.integers("axes") {
      axes = []
      for axis in list { axes.append(try call.axis(axis, rank: x.rank)) }
    }
    var (sizes, scales) = (x.dims, [Float](repeating: 1, count: x.rank))
    let given =
      try isUpsample && call.version < 9
      ? call.scaleAttribute : call.floats(isOld ? 1 : 2, "scales")
    let lengths = try isOld ? nil : call.integers(3, "sizes")
    if let lengths, !lengths.isEmpty {
      guard lengths.count == axes.count, lengths.allSatisfy({ (1...1 << 24).contains($0) }) else {
        throw InteropError("it resizes \(x.dims) to \(lengths)")
      }
      let policy = try call.text("keep_aspect_ratio_policy", default: "stretch")
      var ratios = zip(axes, lengths).map { Float($1) / Float(x.dims[$0]) }
      if policy != "stretch" {
        let common = (policy == "not_larger" ? ratios.min() : ratios.max()) ?? 1
        ratios = ratios.map { _ in common }
      }
      for (index, axis) in axes.enumerated() {
        scales[axis] = ratios[index]
        let kept = (ratios[index] * Float(x.dims[axis])).rounded()
        sizes[axis] = policy == "stretch" ? lengths[index] : Int(kept)
      }
    } else {
      guard let given, given.count == axes.count, given.allSatisfy({ $0 > 0 && $0 < 16_777_216 })
      else {
        throw InteropError("it has no scale above 0 for each axis of \(x.dims)")
      }
      for (index, axis) in axes.enumerated() {
        scales[axis] = given[index]
        let size = (Float(x.dims[axis]) * given[index]).rounded(.down)
        guard size >= 1, size <= Float(GraphBuilder.mostValues) else {
          throw InteropError("it resizes \(x.dims[axis]) to \(size) values")
        }
        sizes[axis] = Int(size)
      }
    }
    let sampling = try Sampling(call, isOld: isOld)
    guard sampling.coordinates == "tf_crop_and_resize" else {
      return try call.builder.resized(
        x, to: sizes, moving: x.dims.indices.filter { scales[$0] != 1 || sizes[$0] != x.dims[$0] }
      ) { sampling.axis(input: x.dims[$0], output: sizes[$0], scale: scales[$0]) }
    }
    guard let region = try call.floats(1, "region"), region.count == 2 * axes.count,
      region.allSatisfy({ abs($0) < 1_000_000 }),
      axes.indices.allSatisfy({ region[$0] <= region[$0 + axes.count] })
    else { throw InteropError("it crops to no region of \(axes.count) axes") }
    // What lies outside is read from a row and a column beyond the image.
    let moving = axes.indices.filter {
      sizes[axes[$0]] != x.dims[axes[$0]] || region[$0] != 0 || region[$0 + axes.count] != 1
    }
    var dims = x.dims
    for index in moving { dims[axes[index]] += 1 }
    let padded = try call.builder.assembled(
      x.type, dims, fill: call.float("extrapolation_value", default: 0),
      [(x, at: [Int](repeating: 0, count: x.rank))])
    return try call.builder.resized(padded, to: sizes, moving: moving.map { axes[$0] }) { axis in
      let index = axes.firstIndex(of: axis) ?? 0
      return sampling.axis(
        input: x.dims[axis], output: sizes[axis], scale: scales[axis],
        region: region[index]...region[index + axes.count])
    }
  }

  /// How Resize samples an axis.
  struct Sampling: Hashable {
    var mode = "nearest"
    var coordinates = "asymmetric"
    var rounding = "floor"
    var cubic: Float = -0.75
    var excludesOutside = false
    var antialiases = false

    init(_ call: OperatorCall, isOld: Bool) throws(InteropError) {
      mode = try call.text("mode", default: "nearest")
      if mode == "bilinear" || mode == "trilinear" { mode = "linear" }
      guard ["nearest", "linear", "cubic"].contains(mode) else {
        throw InteropError("its mode is \(printable(mode))")
      }
      guard !isOld else {
        if call.version == 10 { rounding = "by scale" }
        return
      }
      coordinates = try call.text("coordinate_transformation_mode", default: "half_pixel")
      rounding = try call.text("nearest_mode", default: "round_prefer_floor")
      cubic = try call.float("cubic_coeff_a", default: -0.75)
      excludesOutside = try call.integer("exclude_outside", default: 0) == 1
      antialiases = try call.integer("antialias", default: 0) == 1
    }

    /// The position in the input of an output's center.
    ///
    /// - Parameter region: For `tf_crop_and_resize`, the part that is shown, in fractions of the
    ///   distance from the first to the last center.
    private func position(
      _ index: Int, input: Int, output: Int, scale: Float, region: ClosedRange<Float>?
    ) -> Double {
      let (i, length, scale) = (Double(index), Double(input), Double(scale))
      if let region {
        let (start, end) = (Double(region.lowerBound), Double(region.upperBound))
        return output > 1
          ? (start + i * (end - start) / Double(output - 1)) * (length - 1)
          : (start + end) / 2 * (length - 1)
      }
      return switch coordinates {
      case "align_corners": output > 1 ? i * (length - 1) / Double(output - 1) : 0
      case "asymmetric": i / scale
      case "tf_half_pixel_for_nn": (i + 0.5) / scale
      case "pytorch_half_pixel": output > 1 ? (i + 0.5) / scale - 0.5 : 0
      case "half_pixel_symmetric":
        // The whole output is centered where its length is not a multiple of the scale.
        length / 2 * (1 - Double(output) / (length * scale)) + (i + 0.5) / scale - 0.5
      default: (i + 0.5) / scale - 0.5
      }
    }

    /// The sources of each output along an axis; what lies outside of a region's input has the source
    /// `input`.
    func axis(
      input: Int, output: Int, scale: Float, region: ClosedRange<Float>? = nil
    ) -> Resample.Axis {
      var axis = sources(input: input, output: output, scale: scale, region: region)
      guard region != nil else { return axis }
      for index in 0..<output {
        let x = position(index, input: input, output: output, scale: scale, region: region)
        guard x < 0 || x > Double(input - 1) else { continue }
        for tap in 0..<axis.taps {
          axis.indices[index * axis.taps + tap] = input
          axis.weights[index * axis.taps + tap] = tap == 0 ? 1 : 0
        }
      }
      return axis
    }

    private func sources(
      input: Int, output: Int, scale: Float, region: ClosedRange<Float>?
    ) -> Resample.Axis {
      let last = input - 1
      func clamped(_ index: Int) -> Int { min(max(index, 0), last) }
      var axis = Resample.Axis(taps: 1, indices: [], weights: [])
      let shrink = antialiases && scale < 1 ? Double(scale) : 1
      switch mode {
      case "nearest":
        for index in 0..<output {
          let x = position(index, input: input, output: output, scale: scale, region: region)
          let place =
            switch rounding {
            case "floor": x.rounded(.down)
            // Before opset 11, as in onnxruntime.
            case "by scale": x.rounded(scale < 1 ? .up : .down)
            case "ceil": x.rounded(.up)
            case "round_prefer_ceil": (x + 0.5).rounded(.down)
            default: (x - 0.5).rounded(.up)
            }
          axis.indices.append(clamped(Int(place)))
          axis.weights.append(1)
        }
      case "linear" where shrink == 1:
        axis.taps = 2
        for index in 0..<output {
          let x = min(
            max(position(index, input: input, output: output, scale: scale, region: region), 0),
            Double(last))
          let first = Int(x)
          let weight = Float(x - Double(first))
          axis.indices += [first, clamped(first + 1)]
          axis.weights += [1 - weight, weight]
        }
      default:
        let support = mode == "cubic" ? 2.0 : 1.0
        let half = Int((support / shrink).rounded(.up))
        axis.taps = 2 * half
        for index in 0..<output {
          let x = position(index, input: input, output: output, scale: scale, region: region)
          let first = Int(x.rounded(.down)) - half + 1
          var weights = (0..<2 * half).map { tap in kernel((Double(first + tap) - x) * shrink) }
          if excludesOutside || shrink < 1 {
            for tap in weights.indices where excludesOutside && clamped(first + tap) != first + tap
            {
              weights[tap] = 0
            }
            let total = weights.reduce(0, +)
            if total != 0 { weights = weights.map { $0 / total } }
          }
          axis.indices += weights.indices.map { clamped(first + $0) }
          axis.weights += weights.map { Float($0) }
        }
      }
      return axis
    }

    /// The triangle, or the cubic convolution kernel (Keys 1981, "Cubic Convolution Interpolation for
    /// Digital Image Processing", eq. 15, with a for -1/2).
    private func kernel(_ distance: Double) -> Double {
      let (d, a) = (abs(distance), Double(cubic))
      if mode == "linear" { return max(0, 1 - d) }
      if d <= 1 { return ((a + 2) * d - (a + 3)) * d * d + 1 }
      if d < 2 { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a }
      return 0
    }
  }
}

extension OperatorCall {
  /// The scales of Upsample before operator set 9.
  fileprivate var scaleAttribute: [Float]? {
    if case .floats(let values) = node.attributes["scales"] { values } else { nil }
  }
}

extension GraphBuilder {
  /// Resizes the last two axes of an image, or any two axes of another tensor; `axis` has the sources of
  /// those that change.
  func resized(
    _ x: Operand, to sizes: [Int], moving: [Int], axis: (Int) -> Resample.Axis
  ) throws(InteropError) -> Operand {
    guard let first = moving.first else { return x }
    guard moving.count <= 2 else {
      throw InteropError("it resizes \(moving.count) axes; Glimpse resizes two at once")
    }
    // The resized axes come last, as height and width.
    var pair = x.rank == 4 ? [2, 3] : moving
    if !moving.allSatisfy(pair.contains) { pair = moving }
    if pair.count == 1 { pair = (first > 0 ? [first - 1] : []) + pair }
    let rest = x.dims.indices.filter { !pair.contains($0) }
    let order = rest + pair
    var image = x.transposed(order)
    if pair.count == 1 { image = image.inserting([image.rank - 1]) }
    let (height, width) = (image.dims[image.rank - 2], image.dims[image.rank - 1])
    let kept = Array(image.dims.dropLast(2))
    let planes =
      x.rank == 4 && pair == [2, 3]
      ? image : try reshaped(image, [1, kept.reduce(1, *), height, width])
    func sources(_ number: Int) -> Resample.Axis {
      moving.contains(number)
        ? axis(number)
        : Resample.Axis(
          taps: 1, indices: Array(0..<x.dims[number]),
          weights: [Float](repeating: 1, count: x.dims[number]))
    }
    let columns = sources(pair[pair.count - 1])
    let rows =
      pair.count == 2 ? sources(pair[0]) : Resample.Axis(taps: 1, indices: [0], weights: [1])
    let count = rows.count.multipliedReportingOverflow(by: columns.count).partialValue
    guard rows.count <= Self.mostValues, columns.count <= Self.mostValues,
      count <= Self.mostValues
    else { throw InteropError("its result would be \(sizes)") }
    let value = try self.image(planes)
    let resized: Value
    if let factor = Self.factor(rows, columns, value.shape) {
      resized = try apply(NearestUpsample(factor: factor), [value])
    } else {
      resized = try apply(Resample(value.shape, rows: rows, columns: columns), [value])
    }
    var result = operand(image: resized, type: x.type)
    if !(x.rank == 4 && pair == [2, 3]) {
      result = try reshaped(result, order.map { sizes[$0] })
      var back = order
      for (place, axis) in order.enumerated() { back[axis] = place }
      result = result.transposed(back)
    }
    return result
  }

  /// The factor of a nearest-neighbor upsampling that repeats each pixel; nil for another resizing.
  private static func factor(
    _ rows: Resample.Axis, _ columns: Resample.Axis, _ input: Shape
  ) -> Int? {
    let factor = rows.count / input.h
    guard rows.taps == 1, columns.taps == 1, factor > 1, rows.count == factor * input.h,
      columns.count == factor * input.w,
      rows.indices.enumerated().allSatisfy({ $1 == $0 / factor }),
      columns.indices.enumerated().allSatisfy({ $1 == $0 / factor })
    else { return nil }
    return factor
  }
}
