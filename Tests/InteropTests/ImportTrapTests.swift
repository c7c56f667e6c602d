import Foundation
import TestSupport
import Testing

@testable import Engine
@testable import Interop

/// Small files, good and bad, of ../shared/imports/traps, with what a reader should do with each.
@Suite(.enabled(if: !Imports.areAbsent, "needs ../shared/imports"))
struct ImportTrapTests {
  private struct Expectation: Decodable {
    var expect: String
    var sum: Double?
  }

  private static let expectations: [String: Expectation] = {
    let url = URL(fileURLWithPath: "\(Imports.folder)/traps/expect.json")
    let data = (try? Data(contentsOf: url)) ?? Data()
    return (try? JSONDecoder().decode([String: Expectation].self, from: data)) ?? [:]
  }()

  static let networks: [String] = expectations.keys.filter { $0.hasSuffix(".onnx") }.sorted()

  /// Configurations with the weights of their name, or those of tiny.cfg with other weights; the input
  /// is k / 191 at index k, and the sum that of the layer before [yolo] (expect.json).
  @Test(arguments: [
    ("tiny.cfg", "tiny.weights"), ("tiny.cfg", "short.weights"), ("tiny.cfg", "long.weights"),
    ("tiny.cfg", "old.weights"), ("unknown.cfg", "tiny.weights"),
    ("forward_route.cfg", "tiny.weights"), ("no_net.cfg", "tiny.weights"),
    ("zero.cfg", "tiny.weights"), ("crlf.cfg", "tiny.weights"),
  ]) func aDarknetNetworkIsReadOrRefused(_ config: String, _ weights: String) throws {
    let name = config == "tiny.cfg" ? weights : config
    let expectation = try #require(Self.expectations[name])
    let folder = try TestFolder()
    for (file, copy) in [(config, "net.cfg"), (weights, "net.weights")] {
      try FileManager.default.copyItem(
        atPath: "\(Imports.folder)/traps/\(file)", toPath: "\(folder.path)/\(copy)")
    }
    do {
      let file = try NetworkFile(path: "\(folder.path)/net.cfg")
      let values = (0..<192).map { Float($0) / 191 }
      let outputs = try file.run(
        ["data": ConstantTensor(.float, dims: [1, 3, 8, 8], values: .floats(values))],
        kernels: Kernels(.scalar), pool: ThreadPool(threads: 1))
      #expect(expectation.expect != "refuse")
      #expect(file.warnings.isEmpty == (expectation.expect != "warn"))
      let tensor = try #require(outputs.first { $0.name.hasSuffix("_conv") }).tensor
      #expect(tensor.dims == [1, 6, 4, 4])
      let sum = tensor.values.floats.reduce(0) { $0 + Double($1) }
      #expect(abs(sum + 1.6007988) < 1e-5)
    } catch let error as InteropError {
      #expect(expectation.expect == "refuse", "\(error)")
      #expect(error.description.contains("net."))
    }
  }

  @Test(arguments: networks) func aFileIsReadOrRefused(_ name: String) throws {
    let expectation = try #require(Self.expectations[name])
    let path = "\(Imports.folder)/traps/\(name)"
    do {
      let file = try NetworkFile(path: path)
      // An input of ones, as expect.json has it.
      let tensors = file.inputs.map { input in
        let dims = input.dims.map { $0 ?? 1 }
        let ones = [Float](repeating: 1, count: dims.reduce(1, *))
        return (input.name, ConstantTensor(.float, dims: dims, values: .floats(ones)))
      }
      let outputs = try file.run(
        Dictionary(uniqueKeysWithValues: tensors), kernels: Kernels(.scalar),
        pool: ThreadPool(threads: 1))
      #expect(expectation.expect != "refuse")
      let sum = outputs[0].tensor.values.floats.reduce(0) { $0 + Double($1) }
      if let expected = expectation.sum { #expect(abs(sum - expected) < 1e-4) }
    } catch let error as InteropError {
      #expect(expectation.expect != "accept", "\(error)")
      // One sentence that names a file.
      #expect(error.description.contains(".onnx") || error.description.contains(".bin"))
    }
  }
}
