import Basics
import Networks

extension NetworkFile {
  /// Writes the network, its recipe and the names of its classes as one file (`NetworkArchive`).
  package func write(_ recipe: Recipe, to path: String) throws(InteropError) {
    var names = JSONWriter()
    names.value(recipe.classNames)
    var writer = SafetensorsWriter(metadata: [
      NetworkArchive.Key.version: glimpseVersion,
      NetworkArchive.Key.format: Safetensors.networkFormat,
      NetworkArchive.Key.recipe: recipe.name, NetworkArchive.Key.classNames: names.text,
    ])
    for file in try files() {
      writer.add(file.name, dtype: "U8", shape: [file.bytes.count], bytes: file.bytes)
    }
    do throws(NetworksError) {
      try writer.write(to: path)
    } catch {
      throw InteropError(error.diagnostic)
    }
  }
}
