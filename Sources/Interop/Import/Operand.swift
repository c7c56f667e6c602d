import Engine

/// A tensor of a network that is being imported: a constant, or a computed value of the graph.
///
/// It is a strided view of values that lie densely in memory, so that transposing, slicing,
/// splitting, repeating and most reshaping compute nothing: only the view changes.
struct Operand {
  /// What holds the values.
  enum Source {
    case constant(TensorValues)
    case value(Value)
  }

  var type: TensorType
  /// The extents in the file's order, as n, c, h, w.
  var dims: [Int]
  /// The distance in memory between neighbors along each axis.
  var strides: [Int]
  /// The position of the first value in memory.
  var offset = 0
  var source: Source

  init(type: TensorType, dims: [Int], strides: [Int], offset: Int = 0, source: Source) {
    (self.type, self.dims, self.strides) = (type, dims, strides)
    (self.offset, self.source) = (offset, source)
  }

  init(_ tensor: ConstantTensor) {
    self.init(
      type: tensor.type, dims: tensor.dims, strides: StridedLayout.rowMajor(tensor.dims),
      source: .constant(tensor.values))
  }

  /// A computed value that lies densely in memory with the axes in `order`, the outermost first.
  init(_ value: Value, type: TensorType = .float, dims: [Int], order: [Int]) {
    self.init(
      type: type, dims: dims, strides: Self.strides(dims, order: order), source: .value(value))
  }

  /// A list of integers as a constant.
  init(integers: [Int], dims: [Int]? = nil, type: TensorType = .int64) {
    self.init(
      ConstantTensor(
        type, dims: dims ?? [integers.count], values: .integers(integers.map(Int64.init)))
    )
  }

  var rank: Int { dims.count }
  var count: Int { dims.reduce(1, *) }

  var isConstant: Bool {
    if case .constant = source { true } else { false }
  }

  /// The strides of a dense tensor whose memory has the axes in `order`.
  static func strides(_ dims: [Int], order: [Int]) -> [Int] {
    var strides = dims
    for (axis, stride) in zip(order, StridedLayout.rowMajor(order.map { dims[$0] })) {
      strides[axis] = stride
    }
    return strides
  }
}

// MARK: Views

extension Operand {
  func transposed(_ permutation: [Int]) -> Operand {
    var result = self
    result.dims = permutation.map { dims[$0] }
    result.strides = permutation.map { strides[$0] }
    return result
  }

  /// `count` positions of an axis from `start` on, `step` apart; all must lie inside.
  func sliced(_ axis: Int, from start: Int, count: Int, step: Int = 1) -> Operand {
    var result = self
    if count > 0 { result.offset += start * strides[axis] }
    result.dims[axis] = count
    result.strides[axis] *= step
    return result
  }

  /// With axes of extent 1 at these places of the result.
  func inserting(_ axes: [Int]) -> Operand {
    var result = self
    for axis in axes.sorted() {
      result.dims.insert(1, at: axis)
      result.strides.insert(0, at: axis)
    }
    return result
  }

  /// Without axes of extent 1, or at their first position.
  func removing(_ axes: [Int]) -> Operand {
    var result = self
    for axis in Set(axes).sorted(by: >) {
      result.dims.remove(at: axis)
      result.strides.remove(at: axis)
    }
    return result
  }

  /// Repeated along axes of extent 1 and along new leading axes; nil if the shapes do not fit.
  func expanded(_ extents: [Int]) -> Operand? {
    guard extents.count >= rank else { return nil }
    var result = inserting(Array(0..<extents.count - rank))
    for (axis, extent) in extents.enumerated() where result.dims[axis] != extent {
      guard result.dims[axis] == 1 else { return nil }
      result.dims[axis] = extent
      result.strides[axis] = 0
    }
    return result
  }

  /// The same values in the same order with other extents; nil if that needs a copy.
  func reshaped(_ extents: [Int]) -> Operand? {
    var result = self
    result.dims = extents
    result.strides = [Int](repeating: 0, count: extents.count)
    if count == 0 { return result }
    let old = dims.indices.filter { dims[$0] != 1 }
    var (i, j) = (0, 0)
    while i < old.count || j < extents.count {
      // The smallest groups of old and new axes with the same number of values.
      var (oldEnd, newEnd) = (i, j)
      var (oldCount, newCount) = (1, 1)
      if oldEnd < old.count {
        oldCount *= dims[old[oldEnd]]
        oldEnd += 1
      }
      while oldCount != newCount || (newEnd == j && newEnd < extents.count) {
        if newCount < oldCount || newEnd == j {
          guard newEnd < extents.count else { return nil }
          newCount *= extents[newEnd]
          newEnd += 1
        } else {
          guard oldEnd < old.count else { return nil }
          oldCount *= dims[old[oldEnd]]
          oldEnd += 1
        }
      }
      for place in i..<max(i, oldEnd - 1)
      where strides[old[place]] != strides[old[place + 1]] * dims[old[place + 1]] {
        return nil
      }
      var stride = oldEnd > i ? strides[old[oldEnd - 1]] : 0
      for axis in (j..<newEnd).reversed() {
        result.strides[axis] = stride
        stride *= extents[axis]
      }
      (i, j) = (oldEnd, newEnd)
    }
    return result
  }
}

// MARK: Memory

extension Operand {
  /// What identifies a view of a computed value.
  struct Identity: Hashable {
    var value: Int
    var dims: [Int]
    var strides: [Int]
    var offset: Int
  }

  /// Nil for a constant.
  var identity: Identity? {
    guard case .value(let value) = source else { return nil }
    // Strides of axes with one position mean nothing.
    let strides = zip(dims, strides).map { $0 == 1 ? 0 : $1 }
    return Identity(value: value.index, dims: dims, strides: strides, offset: offset)
  }

  var layout: StridedLayout { StridedLayout(offset: offset, strides: strides) }

  /// Whether the axes in `order` run through memory from the outermost to the innermost without
  /// gaps, from position 0.
  func isDense(_ order: [Int]) -> Bool {
    offset == 0
      && zip(strides, Self.strides(dims, order: order)).enumerated().allSatisfy {
        dims[$0] == 1 || $1.0 == $1.1
      }
  }

  /// n, h, w, c for an image, and likewise for other ranks of at least 3; else row-major.
  static func channelsLast(_ rank: Int) -> [Int] {
    rank < 3 ? Array(0..<rank) : [0] + Array(2..<rank) + [1]
  }

  /// The order of the axes in memory, from the outermost to the innermost.
  var order: [Int] {
    let axes = Array(dims.indices)
    func runs(_ order: [Int]) -> Bool {
      let moved = order.filter { dims[$0] > 1 }
      return zip(moved, moved.dropFirst()).allSatisfy { abs(strides[$0]) >= abs(strides[$1]) }
    }
    let last = Self.channelsLast(rank)
    if rank == 4, runs(last) { return last }
    if runs(axes) { return axes }
    if runs(last) { return last }
    return axes.sorted { (abs(strides[$0]), -$0) > (abs(strides[$1]), -$1) }
  }

  /// The positions in memory of the values in row-major order.
  func forEachPosition(_ body: (Int) -> Void) {
    guard count > 0 else { return }
    var (index, position) = ([Int](repeating: 0, count: rank), offset)
    while true {
      body(position)
      var axis = rank - 1
      while axis >= 0 {
        index[axis] += 1
        position += strides[axis]
        if index[axis] < dims[axis] { break }
        position -= strides[axis] * dims[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }

  /// The values of a constant in row-major order; nil for a computed value.
  var constant: ConstantTensor? {
    guard case .constant(let values) = source else { return nil }
    if isDense(Array(0..<rank)), values.count == count {
      return ConstantTensor(type, dims: dims, values: values)
    }
    func gathered<Number>(_ values: [Number]) -> [Number] {
      var result: [Number] = []
      result.reserveCapacity(count)
      forEachPosition { result.append(values[$0]) }
      return result
    }
    switch values {
    case .floats(let values):
      return ConstantTensor(type, dims: dims, values: .floats(gathered(values)))
    case .integers(let values):
      return ConstantTensor(type, dims: dims, values: .integers(gathered(values)))
    }
  }

  /// The values of a constant as floats in row-major order.
  var floats: [Float]? { constant?.values.floats }

  /// The values of a constant of integers.
  var integers: [Int]? {
    guard let constant, case .integers(let values) = constant.values else { return nil }
    return values.map { Int($0) }
  }

  /// The number of a constant with one value.
  var scalar: Float? { count == 1 ? floats?[0] : nil }
}
