import Basics
import Engine

/// A weights file or network that cannot be used.
public struct NetworksError: ModuleError {
  /// The parts of the sentence.
  public let diagnostic: Diagnostic

  /// Makes the error of a diagnostic.
  public init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}

/// The result of loading a file's tensors into a network.
package struct LoadReport: Hashable, Sendable {
  /// Parameters that were set.
  package var loaded: [String] = []
  /// Parameters that the file does not have.
  package var missing: [String] = []
  /// Parameters that the file has with another shape, or with numbers that are not finite.
  package var unfit: [String] = []
  /// Tensors of the file that the network does not have.
  package var unexpected: [String] = []

  /// True where every parameter was set.
  package var isComplete: Bool { missing.isEmpty && unfit.isEmpty }
  /// True where every parameter was set and the file holds nothing else.
  package var isExact: Bool { isComplete && unexpected.isEmpty }

  /// One clause for messages.
  package var summary: String {
    func part(_ names: [String], _ what: String) -> String? {
      names.first.map { "\(names.count) \(what) (such as \(printable($0)))" }
    }
    let parts = [
      part(missing, "missing"), part(unfit, "of another shape or with numbers that are not finite"),
      part(unexpected, "in the file that the network does not have"),
    ].compactMap { $0 }
    return (["\(loaded.count) parameters loaded"] + parts).joined(separator: ", ")
  }
}

extension Safetensors {
  /// Sets the parameters that the file has in the right shape, and reports the others.
  ///
  /// Tensors of integers, such as PyTorch's `num_batches_tracked`, are skipped silently.
  ///
  /// - Parameter prefix: Prepended to the file's names: public ResNet weights fit a detector's
  ///   backbone with `backbone.`.
  package func load(into block: ParameterBlock, prefix: String = "") -> LoadReport {
    var report = LoadReport()
    for parameter in block.layout.entries {
      let name = String(parameter.name.dropFirst(prefix.count))
      guard parameter.name.hasPrefix(prefix), let entry = entries[name] else {
        report.missing.append(parameter.name)
        continue
      }
      guard entry.shape == parameter.publicShape, let values = values(name),
        values.allSatisfy(\.isFinite)
      else {
        report.unfit.append(parameter.name)
        continue
      }
      block.importValues(values, for: parameter)
      report.loaded.append(parameter.name)
    }
    report.unexpected = entries.filter { $1.type != nil && block.layout[prefix + $0] == nil }
      .keys.sorted()
    return report
  }
}
