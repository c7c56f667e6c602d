import Basics
import Foundation

/// The names of the files of segmented images, without an ending.
///
/// An image whose stem no other image has is named by the stem. Images of one stem keep the subfolders
/// below the folder that they have in common; those that still have one name get a number.
package struct SegmentationNames: Sendable {
  /// The names in the order of the inputs, such as `cat` or `left/cat`.
  package let names: [String]
  private let inputs: [String]

  package init(inputs: [String]) {
    self.inputs = inputs
    let stems = inputs.map { FilePath.stem(FilePath.name($0)) }
    var groups: [String: [Int]] = [:]
    for (index, stem) in stems.enumerated() { groups[stem.lowercased(), default: []].append(index) }
    var folders = [String](repeating: "", count: inputs.count)
    for group in groups.values where group.count > 1 {
      let parts = group.map { FilePath.components(FilePath.folder(inputs[$0])).map(String.init) }
      let common = Self.commonCount(parts)
      for (index, parts) in zip(group, parts) {
        folders[index] = parts.dropFirst(common).joined(separator: "/")
      }
    }
    var unique = UniqueNames()
    names = stems.indices.map { index in
      let name = unique.name(stems[index], ending: "", in: folders[index])
      return folders[index].isEmpty ? name : "\(folders[index])/\(name)"
    }
  }

  /// The number of first components that all paths share.
  private static func commonCount(_ paths: [[String]]) -> Int {
    var count = 0
    while paths.allSatisfy({ $0.count > count && $0[count] == paths[0][count] }) { count += 1 }
    return count
  }

  /// Throws if a mask in a folder would overwrite an input.
  package func checkInputsRemain(in folder: String, ending: String) throws(InferenceError) {
    let originals = Set(inputs.map(Self.realPath))
    for file in names.map({ "\($0).\(ending)" })
    where originals.contains(Self.realPath("\(folder)/\(file)")) {
      throw InferenceError(
        "the folder \(Sentence.quoted(folder)) holds the input \(Sentence.quoted(file)), "
          + "which would be overwritten; choose another --output")
    }
  }

  private static func realPath(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
  }
}
