import CGlimpseWeights

/// The weights that are part of the program: `compact`, trained on 20 classes of objects, animals
/// and people. `Weights/README.md` says how.
package enum DefaultWeights {
  /// The model, read from memory.
  package static func load() throws(NetworksError) -> Model {
    var count = 0
    let bytes = gw_compact_bytes(&count)
    guard count > 0 else {
      throw NetworksError(
        "this program was built without weights: give a weights file, or build it from a checkout "
          + "that has Weights/compact.safetensors")
    }
    return try Model(
      Safetensors(
        bytes: [UInt8](UnsafeBufferPointer(start: bytes, count: count)),
        name: "the built-in weights"))
  }
}
