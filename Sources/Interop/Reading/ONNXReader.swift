import Basics

/// Reads ONNX files (field numbers: onnx.proto in github.com/onnx/onnx).
struct ONNXReader {
  /// The path of the file, for messages.
  let path: String
  /// The files beside it that hold tensors.
  let externals: ExternalFiles

  /// - Parameter externals: The files that hold tensors; nil for those in the folder of the file.
  init(path: String, externals: ExternalFiles? = nil) {
    self.path = path
    self.externals = externals ?? ExternalFiles(beside: path)
  }

  /// The maximum file size in bytes: that of a Protocol Buffers message, and some.
  private static let largestFile = 1 << 32
  /// The maximum number of nodes of a graph.
  private static let mostNodes = 1 << 20

  /// Reads a file; tensors in other files are read from the same folder.
  static func read(_ path: String) throws(InteropError) -> ONNXNetwork {
    let file = try InteropError.wrap(LoadedFile(path, limit: largestFile))
    return try withExtendedLifetime(file) { () throws(InteropError) in
      try ONNXReader(path: path).network(UnsafeRawBufferPointer(file.bytes))
    }
  }

  /// Reads the bytes of a file.
  func network(_ bytes: UnsafeRawBufferPointer) throws(InteropError) -> ONNXNetwork {
    if let kind = FileKind.name(of: bytes.prefix(FileKind.prefix)), !kind.hasPrefix("an ONNX model")
    {
      // TensorFlow's and ONNX's messages cannot always be told apart by their first bytes.
      if !kind.hasPrefix("a TensorFlow") {
        throw InteropError("it is not an ONNX model: it is \(kind)", in: path)
      }
    }
    var network = ONNXNetwork()
    do {
      try read(ProtobufReader(bytes), into: &network)
    } catch let fault as ProtobufFault {
      throw InteropError(
        "it is not a valid ONNX model: \(fault.message) (byte \(fault.offset) of a message); the "
          + "file is damaged or cut short, or it is of another kind", in: path)
    } catch let error as InteropError {
      throw error
    } catch {
      throw InteropError("\(error)", in: path)
    }
    guard network.operatorSet > 0 else {
      throw InteropError("it names no opset version of ONNX", in: path)
    }
    guard ONNXNetwork.operatorSets.contains(network.operatorSet) else {
      throw InteropError(
        "its opset is \(network.operatorSet); Glimpse reads "
          + "\(ONNXNetwork.operatorSets.lowerBound) to \(ONNXNetwork.operatorSets.upperBound)",
        in: path, advice: "export it with another opset_version")
    }
    network.inputs.removeAll { network.constants[$0.name] != nil }
    network.externalFiles = externals.names
    return network
  }

  private func read(_ message: ProtobufReader, into network: inout ONNXNetwork) throws {
    var message = message
    var hasGraph = false
    while let field = try message.next() {
      switch field.number {
      case 2: network.producer = try field.text()
      case 7:
        guard !hasGraph else { throw InteropError("it has two graphs", in: path) }
        hasGraph = true
        try readGraph(field.message(), into: &network)
      case 8:
        let (domain, version) = try operatorSet(field.message())
        if domain.isEmpty || domain == "ai.onnx" { network.operatorSet = version }
      case 14:
        let (key, value) = try pair(field.message())
        network.metadata[key] = value
      default: break
      }
    }
    guard hasGraph else { throw InteropError("it has no graph", in: path) }
  }

  private func operatorSet(_ message: ProtobufReader) throws -> (domain: String, version: Int) {
    var message = message
    var (domain, version) = ("", 0)
    while let field = try message.next() {
      switch field.number {
      case 1: domain = try field.text()
      case 2: version = Int(clamping: try field.integer())
      default: break
      }
    }
    return (domain, version)
  }

  private func pair(_ message: ProtobufReader) throws -> (key: String, value: String) {
    var message = message
    var (key, value) = ("", "")
    while let field = try message.next() {
      switch field.number {
      case 1: key = try field.text()
      case 2: value = try field.text()
      default: break
      }
    }
    return (key, value)
  }

  private func readGraph(_ message: ProtobufReader, into network: inout ONNXNetwork) throws {
    var message = message
    while let field = try message.next() {
      switch field.number {
      case 1:
        guard network.nodes.count < Self.mostNodes else {
          throw InteropError("it has more than \(Self.mostNodes) operators", in: path)
        }
        network.nodes.append(try readOperator(field.message()))
      case 5:
        let (name, tensor) = try ONNXTensorReader(path: path, externals: externals).tensor(
          field.message())
        guard network.constants.updateValue(tensor, forKey: name) == nil else {
          throw InteropError("two tensors are named \"\(printable(name))\"", in: path)
        }
      case 11: network.inputs.append(try port(field.message()))
      case 12: network.outputs.append(try port(field.message()))
      case 15: throw InteropError("it has sparse tensors, which Glimpse does not read", in: path)
      default: break
      }
    }
  }

  private func readOperator(_ message: ProtobufReader) throws -> ONNXOperator {
    var message = message
    var result = ONNXOperator()
    while let field = try message.next() {
      switch field.number {
      case 1: result.inputs.append(try field.text())
      case 2: result.outputs.append(try field.text())
      case 3: result.name = try field.text()
      case 4: result.type = try field.text()
      case 5:
        let (name, value) = try attribute(field.message())
        result.attributes[name] = value
      case 7: result.domain = try field.text()
      default: break
      }
    }
    if result.domain == "ai.onnx" { result.domain = "" }
    return result
  }

  private func attribute(_ message: ProtobufReader) throws -> (String, ONNXAttribute) {
    var message = message
    var (name, kind) = ("", Int64(0))
    var single = ONNXAttribute.other
    var (floats, integers, texts) = ([Float](), [Int64](), [String]())
    while let field = try message.next() {
      switch field.number {
      case 1: name = try field.text()
      case 2: single = .float(try field.float())
      case 3: single = .integer(try field.integer())
      case 4: single = .text(try field.text())
      case 5:
        single = .tensor(
          try ONNXTensorReader(path: path, externals: externals).tensor(field.message()).tensor)
      case 7: try field.appendFloats(to: &floats)
      case 8: try field.appendIntegers(to: &integers)
      case 9: texts.append(try field.text())
      case 20: kind = try field.integer()
      default: break
      }
    }
    // Files of early versions do not state the kind, and default values need not be written.
    switch kind {
    case 1: if case .other = single { single = .float(0) }
    case 2: if case .other = single { single = .integer(0) }
    case 3: if case .other = single { single = .text("") }
    case 6: single = .floats(floats)
    case 7: single = .integers(integers)
    case 8: single = .texts(texts)
    case 0:
      if !integers.isEmpty { single = .integers(integers) }
      if !floats.isEmpty { single = .floats(floats) }
    default: break
    }
    return (name, single)
  }

  private func port(_ message: ProtobufReader) throws -> ONNXPort {
    var message = message
    var (name, type, dims) = ("", TensorType?.none, [Int?]?.none)
    while let field = try message.next() {
      switch field.number {
      case 1: name = try field.text()
      case 2:
        var value = try field.message()
        while let field = try value.next() {
          guard field.number == 1 else { continue }
          var tensor = try field.message()
          while let field = try tensor.next() {
            switch field.number {
            case 1: type = TensorType(rawValue: try field.integer())
            case 2: dims = try extents(field.message())
            default: break
            }
          }
        }
      default: break
      }
    }
    return ONNXPort(name: name, type: type, dims: dims)
  }

  /// The extents of a shape; those that are named, not positive or not given are free.
  private func extents(_ message: ProtobufReader) throws -> [Int?] {
    var message = message
    var result: [Int?] = []
    while let field = try message.next() {
      guard field.number == 1 else { continue }
      var dimension = try field.message()
      var extent: Int?
      while let field = try dimension.next() {
        if field.number == 1 { extent = Int(exactly: try field.integer()) }
      }
      result.append(extent.flatMap { $0 > 0 ? $0 : nil })
    }
    return result
  }
}
