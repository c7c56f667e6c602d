import Basics
import Foundation
import Imaging

/// File names for the outputs of each input: its own, or a numbered one where that is taken.
///
/// Inputs from different folders may have the same name, and nothing may be overwritten: the
/// second `cat.jpg` becomes `cat-2.jpg`.
package struct OutputNames: Sendable {
  /// The names in the order of the inputs, each ending as the codec that will write it.
  let names: [String]
  private let inputs: [String]

  /// - Parameter stemsDiffer: true where names must differ in what stands before the ending, as
  ///   `cat.jpg` and `cat.png` would share the label file `cat.txt`.
  package init(inputs: [String], stemsDiffer: Bool) {
    self.inputs = inputs
    var taken: Set<String> = []
    // The names as given go first, so that a numbered one never takes that of a later input.
    let wanted = inputs.map(Self.writableName)
    let reserved = Set(wanted.map { Self.key($0, stemsDiffer) })
    names = wanted.map { name in
      if taken.insert(Self.key(name, stemsDiffer)).inserted { return name }
      let (stem, ending) = Self.split(name)
      var number = 2
      while true {
        let numbered = "\(stem)-\(number)\(ending)"
        let key = Self.key(numbered, stemsDiffer)
        if !reserved.contains(key), taken.insert(key).inserted { return numbered }
        number += 1
      }
    }
  }

  /// Refuses a folder in which a file of one of the names would overwrite an input.
  func checkInputsRemain(in folder: String) throws(InferenceError) {
    let originals = Set(inputs.map(Self.realPath))
    for name in names where originals.contains(Self.realPath("\(folder)/\(name)")) {
      throw InferenceError(
        "the folder \(Sentence.quoted(folder)) holds the input \(Sentence.quoted(name)), "
          + "which would be overwritten; choose another --output")
    }
  }

  private static func realPath(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
  }

  /// The name without its ending.
  static func stem(_ name: String) -> String { split(name).stem }

  /// The input's file name, with `.jpg` appended where its ending names no codec, or would not with a
  /// number: `.jpg` alone is a stem.
  private static func writableName(_ path: String) -> String {
    let name = (path as NSString).lastPathComponent
    return Codec(path: name) == nil || split(name).ending.isEmpty ? name + ".jpg" : name
  }

  private static func split(_ name: String) -> (stem: String, ending: String) {
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return (name, "") }
    return (String(name[..<dot]), String(name[dot...]))
  }

  /// What must differ; some file systems ignore case.
  private static func key(_ name: String, _ stemsDiffer: Bool) -> String {
    (stemsDiffer ? stem(name) : name).lowercased()
  }
}
