/// An element of an XML file with what it contains.
struct XMLTree: Hashable {
  /// The element's name, with its prefix if it has one.
  var name: String
  /// The text directly inside, without spaces and line ends around it.
  var text: String
  /// The elements directly inside, in the order of the file.
  var children: [XMLTree]
  /// The line on which it begins, from 1.
  var line: Int

  /// The first child of a name.
  func child(_ name: String) -> XMLTree? { children.first { $0.name == name } }
}
