import Engine

/// The geometry of a sliding window along one axis.
struct WindowAxis: Hashable {
  var extent: Int
  var kernel: Int
  var stride: Int
  var dilation: Int
  /// Rows before and after the image; negative ones cut it.
  var before: Int
  var after: Int
  var roundsUp = false

  /// The extent of the dilated kernel.
  var reach: Int { dilation * (kernel - 1) + 1 }

  /// The number of windows; not positive if the kernel does not fit.
  var windows: Int {
    let free = extent + before + after - reach
    guard free >= 0 else { return 0 }
    guard roundsUp else { return free / stride + 1 }
    let count = (free + stride - 1) / stride + 1
    // The last window starts inside the image or before it (as PyTorch and onnxruntime have it).
    return (count - 1) * stride >= extent + before ? count - 1 : count
  }

  /// The padding after the image that the windows reach into; negative if they leave rows unread.
  var needed: Int { (windows - 1) * stride + reach - extent - before }
}

extension OperatorCall {
  /// The windows of a convolution or pooling over an image, from the operator's attributes.
  func windows(
    of dims: [Int], kernel: [Int], roundsUp: Bool = false
  ) throws(InteropError) -> (h: WindowAxis, w: WindowAxis) {
    let rank = dims.count - 2
    guard rank == 1 || rank == 2, kernel.count == rank else {
      throw InteropError(
        "it has a kernel of \(kernel) on \(dims); Glimpse has kernels of one and two dimensions")
    }
    let strides = try integers("strides") ?? [Int](repeating: 1, count: rank)
    let dilations = try integers("dilations") ?? [Int](repeating: 1, count: rank)
    var pads = try integers("pads") ?? [Int](repeating: 0, count: 2 * rank)
    let mode = try text("auto_pad", default: "NOTSET")
    guard strides.count == rank, dilations.count == rank, pads.count == 2 * rank else {
      throw InteropError("its strides, dilations and pads differ in number from its kernel")
    }
    let limit = 1...(1 << 16)
    guard (kernel + strides + dilations).allSatisfy(limit.contains),
      pads.allSatisfy({ $0.magnitude <= 1 << 16 })
    else {
      throw InteropError(
        "its kernel \(kernel), strides \(strides), dilations \(dilations) and pads \(pads) must be "
          + "at least 1, and at most 65536")
    }
    for axis in 0..<rank where mode != "NOTSET" {
      guard ["SAME_UPPER", "SAME_LOWER", "VALID", ""].contains(mode) else {
        throw InteropError("its auto_pad is \(printable(mode))")
      }
      let extent = dims[axis + 2]
      let windows = (extent + strides[axis] - 1) / strides[axis]
      let reach = dilations[axis] * (kernel[axis] - 1) + 1
      let total =
        mode.hasPrefix("SAME") ? max(0, (windows - 1) * strides[axis] + reach - extent) : 0
      pads[axis] = mode == "SAME_LOWER" ? (total + 1) / 2 : total / 2
      pads[axis + rank] = total - pads[axis]
    }
    var axes: [WindowAxis] = []
    for axis in 0..<rank {
      axes.append(
        WindowAxis(
          extent: dims[axis + 2], kernel: kernel[axis], stride: strides[axis],
          dilation: dilations[axis], before: pads[axis], after: pads[axis + rank],
          roundsUp: roundsUp))
    }
    if rank == 1 {
      axes.insert(
        WindowAxis(extent: 1, kernel: 1, stride: 1, dilation: 1, before: 0, after: 0), at: 0)
    }
    guard axes.allSatisfy({ $0.windows > 0 }) else {
      throw InteropError("its kernel of \(kernel) does not fit into \(dims)")
    }
    return (axes[0], axes[1])
  }
}

extension GraphBuilder {
  /// An image of rank 4 with what the windows read around it.
  func padded(
    _ x: Operand, _ h: WindowAxis, _ w: WindowAxis, fill: Float
  ) throws(InteropError) -> Operand {
    try padded(
      x, before: [0, 0, h.before, w.before], after: [0, 0, h.needed, w.needed], fill: fill)
  }
}
