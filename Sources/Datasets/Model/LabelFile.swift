/// The content of the label file of one image.
struct LabelFile {
  enum LabelState {
    /// It was read, though there may be no labels in it.
    case given
    /// It does not exist, which some formats allow.
    case absent
    /// A part of it cannot be understood, which is among the issues, as below.
    case broken
    /// It cannot be read or understood at all.
    case unreadable
  }

  var state = LabelState.given
  /// The image that the file names.
  var imageName: String?
  /// The size that the file states, in pixels.
  var statedSize: (width: Int, height: Int)?
  /// Their class indices count into `classes` or, where the file has numbers of classes only, are
  /// those.
  var objects: [ParsedObject] = []
  var classes = ClassTable()
  /// What cannot be understood.
  var issues: [DatasetIssue] = []

  /// The objects with other class indices: for each one here that of the dataset.
  func objects(renumbered indices: [Int]) -> [ParsedObject] {
    var objects = objects
    for place in objects.indices {
      objects[place].classIndex = indices[objects[place].classIndex]
    }
    return objects
  }

  /// The objects with the class indices of a dataset, which has all of the classes.
  func objects(in dataset: ClassTable) -> [ParsedObject] {
    objects(renumbered: classes.names.map { dataset[$0] ?? 0 })
  }
}

/// Class names, each once, and the index of each.
struct ClassTable {
  private(set) var names: [String] = []
  private var indices: [String: Int] = [:]

  init(_ names: [String] = []) {
    for name in names { insert(name) }
  }

  /// The index of a name, which is appended if it is new.
  @discardableResult
  mutating func insert(_ name: String) -> (isNew: Bool, index: Int) {
    if let index = indices[name] { return (false, index) }
    indices[name] = names.count
    names.append(name)
    return (true, names.count - 1)
  }

  subscript(name: String) -> Int? { indices[name] }
}
