import Basics
import Engine

/// An invalid or unsupported weights file or network.
public struct NetworksError: ModuleError {
  /// The parts of the error message.
  public let diagnostic: Diagnostic

  /// Whether the file is valid, but of another model than expected or of none that Glimpse has.
  package var isUnsuitableModel = false

  /// Creates an error from a diagnostic.
  public init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}

/// The result of loading the tensors of a file into a network.
package struct LoadReport: Hashable, Sendable {
  /// Parameters that were loaded.
  package var loaded: [String] = []
  /// Parameters that are missing from the file.
  package var missing: [String] = []
  /// Parameters whose tensor has another shape or values that are not finite.
  package var unfit: [String] = []
  /// Tensors in the file that match no parameter.
  package var unexpected: [String] = []

  /// True if every parameter was loaded.
  package var isComplete: Bool { missing.isEmpty && unfit.isEmpty }
  /// True if every parameter was loaded and the file has no other tensors.
  package var isExact: Bool { isComplete && unexpected.isEmpty }

  /// A one-clause summary for messages.
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
  /// Loads the parameters whose tensors have the right shape, and reports the others.
  ///
  /// Integer tensors, such as PyTorch's `num_batches_tracked`, are skipped silently, and so is a wrapper's
  /// name before the names of all tensors: `module.` of PyTorch's DataParallel, `model.` of Lightning.
  ///
  /// - Parameter prefix: Prepended to the tensor names; with `backbone.`, public ResNet weights
  ///   load into the backbone of a detector.
  package func load(into block: ParameterBlock, prefix: String = "") -> LoadReport {
    var report = LoadReport()
    let wrapper =
      ["module.", "model."].first { word in entries.keys.allSatisfy { $0.hasPrefix(word) } } ?? ""
    for parameter in block.layout.entries {
      let name = wrapper + parameter.name.dropFirst(prefix.count)
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
    report.unexpected = entries.filter {
      $1.type != nil && block.layout[prefix + $0.dropFirst(wrapper.count)] == nil
    }.keys.sorted()
    return report
  }
}
