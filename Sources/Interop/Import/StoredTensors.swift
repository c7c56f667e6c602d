import Basics
import Networks

/// Tensors by name in a safetensors file, with the types of ONNX.
package enum StoredTensors {
  /// Reads all tensors of a file.
  package static func read(_ path: String) throws(InteropError) -> [String: ConstantTensor] {
    do throws(NetworksError) {
      let file = try Safetensors(path: path)
      var result: [String: ConstantTensor] = [:]
      for (name, entry) in file.entries {
        guard let type = TensorType.allCases.first(where: { $0.storedName == entry.dtype }),
          let bytes = file.bytes(name)
        else {
          throw NetworksError(
            "\(path): the tensor \(printable(name)) has the type \(printable(entry.dtype)), which "
              + "networks do not take")
        }
        let count = entry.shape.reduce(1, *)
        guard
          let values = bytes.withUnsafeBytes({ TensorValues(decoding: $0, type, count: count) })
        else { continue }
        result[name] = ConstantTensor(type, dims: entry.shape, values: values)
      }
      return result
    } catch {
      throw InteropError(error.diagnostic)
    }
  }

  /// Writes tensors to a file; 16-bit floats are written as 32-bit ones.
  package static func write(
    _ tensors: [(name: String, tensor: ConstantTensor)], to path: String
  ) throws(InteropError) {
    var writer = SafetensorsWriter(metadata: [:])
    for (name, tensor) in tensors {
      let type = tensor.type.isFloat && tensor.type != .double ? TensorType.float : tensor.type
      writer.add(
        name, dtype: type.storedName, shape: tensor.dims, bytes: tensor.values.encoded(as: type))
    }
    do throws(NetworksError) {
      try writer.write(to: path)
    } catch {
      throw InteropError(error.diagnostic)
    }
  }
}
