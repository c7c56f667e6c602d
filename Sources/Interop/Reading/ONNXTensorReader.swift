import Basics

/// Reads the tensors of ONNX files (`TensorProto`).
struct ONNXTensorReader {
  let path: String
  /// The files beside it that hold tensors.
  let externals: ExternalFiles

  /// The maximum number of elements of a tensor.
  static let mostElements = 1 << 31

  func tensor(_ message: ProtobufReader) throws -> (name: String, tensor: ConstantTensor) {
    var message = message
    var (name, type, dims) = ("", Int64(0), [Int64]())
    var raw: UnsafeRawBufferPointer?
    var (floats, integers, doubles) = ([Float](), [Int64](), [Double]())
    var (location, isExternal) = ([String: String](), false)
    while let field = try message.next() {
      switch field.number {
      case 1: try field.appendIntegers(to: &dims)
      case 2: type = try field.integer()
      case 4: try field.appendFloats(to: &floats)
      case 5, 7, 11: try field.appendIntegers(to: &integers)
      case 8: name = try field.text()
      case 9: raw = try field.counted()
      case 10: try field.appendDoubles(to: &doubles)
      case 13:
        var entry = try field.message()
        var (key, value) = ("", "")
        while let field = try entry.next() {
          if field.number == 1 { key = try field.text() }
          if field.number == 2 { value = try field.text() }
        }
        location[key] = value
      case 14: isExternal = try field.integer() == 1
      default: break
      }
    }
    let label = "the tensor \"\(printable(name))\""
    guard let elementType = TensorType(rawValue: type) else {
      throw InteropError(
        "\(label) has the element type \(type), which Glimpse does not read", in: path)
    }
    let extents = try extents(dims, label)
    let count = extents.reduce(1, *)
    let values: TensorValues
    if isExternal {
      let bytes = try external(location, byteCount: count * elementType.byteCount, label)
      values = try bytes.withUnsafeBytes { try decode($0, elementType, count, label) }
    } else if let raw {
      values = try decode(raw, elementType, count, label)
    } else {
      values = listed(elementType, floats, integers, doubles)
      guard values.count == count else {
        throw InteropError(
          "\(label) has \(values.count) values, and its shape needs \(count)", in: path)
      }
    }
    return (name, ConstantTensor(elementType, dims: extents, values: values))
  }

  private func extents(_ dims: [Int64], _ label: String) throws(InteropError) -> [Int] {
    var count = 1
    var extents: [Int] = []
    for dim in dims {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(Int(dim), 1))
      guard dim >= 0, !overflow, product <= Self.mostElements else {
        throw InteropError(
          "\(label) has the shape \(dims.prefix(8)); extents must not be negative, and a tensor has "
            + "at most 2^31 values", in: path)
      }
      count = product
      extents.append(Int(dim))
    }
    return extents
  }

  /// Values that are listed one by one; 16-bit floats are given by their bits.
  private func listed(
    _ type: TensorType, _ floats: [Float], _ integers: [Int64], _ doubles: [Double]
  ) -> TensorValues {
    switch type {
    case .float: .floats(floats)
    case .double: .floats(doubles.map { Float($0) })
    case .float16:
      .floats(integers.map { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) })
    case .bfloat16:
      .floats(
        integers.map { Float(bitPattern: UInt32(UInt16(truncatingIfNeeded: $0)) << 16) })
    default: .integers(integers.map(type.wrapped))
    }
  }

  private func decode(
    _ bytes: UnsafeRawBufferPointer, _ type: TensorType, _ count: Int, _ label: String
  ) throws(InteropError) -> TensorValues {
    guard let values = TensorValues(decoding: bytes, type, count: count) else {
      throw InteropError(
        "\(label) has \(bytes.count) bytes, and its shape needs \(count * type.byteCount)", in: path
      )
    }
    return values
  }

  /// The bytes of a tensor that is stored in another file, which must lie in the folder of this one.
  private func external(
    _ location: [String: String], byteCount: Int, _ label: String
  ) throws(InteropError) -> [UInt8] {
    let name = location["location"] ?? ""
    guard !name.isEmpty, !name.utf8.contains(0), FilePath.isInside(name, ".") else {
      throw InteropError(
        "\(label) is stored in \"\(printable(name))\", which is not in the folder of the network",
        in: path, advice: "move the file there")
    }
    guard let offset = Int(location["offset"] ?? "0"), offset >= 0,
      let length = Int(location["length"] ?? "\(byteCount)"), length == byteCount
    else {
      throw InteropError(
        "\(label) has \(printable(location["length"] ?? "?")) bytes from byte "
          + "\(printable(location["offset"] ?? "?")) of \(printable(name)), and its shape needs "
          + "\(byteCount)", in: path)
    }
    return try externals.withBytes(of: name) { bytes throws(InteropError) in
      guard byteCount <= bytes.count, offset <= bytes.count - byteCount else {
        throw InteropError(
          "\(label) ends at byte \(offset &+ byteCount) of \(printable(name)), which has "
            + "\(bytes.count) bytes", in: path, advice: "download or copy that file again")
      }
      return Array(bytes[offset..<offset + byteCount])
    }
  }
}
