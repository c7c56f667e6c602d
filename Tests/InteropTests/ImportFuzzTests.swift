import Foundation
import TestSupport
import Testing

@testable import Basics
@testable import Engine
@testable import Interop

/// Damaged networks are read or refused; none ends the process. Speed/fuzz_readers.py does so for minutes.
@Suite(.enabled(if: !Imports.areAbsent, "needs ../shared/imports"))
struct ImportFuzzTests {
  private func damaged(_ data: Data, _ generator: inout SeededGenerator) -> Data {
    var bytes = [UInt8](data)
    for _ in 0..<1 + Int(generator.next() % 3) where !bytes.isEmpty {
      // Graphs are small beside their weights: half of the changes are at the ends.
      let span = generator.next() % 2 == 0 ? bytes.count : min(bytes.count, 2000)
      let distance = Int(generator.next() % UInt64(span))
      let place = generator.next() % 2 == 0 ? distance : bytes.count - 1 - distance
      switch generator.next() % 4 {
      case 0: bytes[place] ^= 1 << UInt8(generator.next() % 8)
      case 1: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
      case 2: bytes.removeSubrange(place..<min(place + 4, bytes.count))
      // The largest integer of a protocol buffer.
      default: bytes.insert(contentsOf: [UInt8](repeating: 0xFF, count: 9) + [1], at: place)
      }
    }
    return Data(bytes)
  }

  @Test(arguments: ["mnist.onnx", "mtcnn_pnet.onnx", "yoloface-50k.cfg"])
  func damagedNetworksAreReadOrRefused(_ name: String) throws {
    let folder = try TestFolder()
    let source = URL(fileURLWithPath: "\(Imports.folder)/networks/\(name)")
    let path = URL(fileURLWithPath: "\(folder.path)/net.\(source.pathExtension)")
    let weights = source.deletingPathExtension().appendingPathExtension("weights")
    let isDarknet = source.pathExtension == "cfg"
    if isDarknet {
      try FileManager.default.copyItem(
        at: weights, to: path.deletingPathExtension().appendingPathExtension("weights"))
    }
    let data = try Data(contentsOf: source)
    var generator = SeededGenerator(seed: 29)
    var (read, refused) = (0, 0)
    for _ in 0..<60 {
      try damaged(data, &generator).write(to: path)
      do throws(InteropError) {
        _ = try NetworkFile(path: path.path).model()
        read += 1
      } catch {
        refused += 1
        #expect(!error.description.isEmpty)
      }
    }
    // Damage of weights is not seen, damage of the structure is.
    #expect(read + refused == 60 && refused > 0)
  }
}
