/// The content of one image's label file.
struct LabelFile {
  enum LabelState {
    /// The file was read; it may hold no labels.
    case given
    /// The file does not exist, which some formats allow.
    case absent
    /// A part of the file is malformed; see `issues`.
    case broken
    /// The file cannot be read or parsed at all.
    case unreadable
  }

  var state = LabelState.given
  /// The image name stated in the file.
  var imageName: String?
  /// The image size stated in the file, in pixels.
  var statedSize: (width: Int, height: Int)?
  /// The objects. Their class indices refer to `classes` or, in formats with numeric classes, are
  /// the file's class numbers.
  var objects: [ParsedObject] = []
  var classes = ClassTable()
  /// Members of the file that are not read, if they are counted.
  var unread = UnreadMembers()
  /// Parts of the file that cannot be parsed.
  var issues: [DatasetIssue] = []

  /// The objects with their class indices mapped through `indices`.
  func objects(renumbered indices: [Int]) -> [ParsedObject] {
    var objects = objects
    for place in objects.indices {
      objects[place].classIndex = indices[objects[place].classIndex]
    }
    return objects
  }

  /// The objects with class indices of a dataset's class table, which contains all their classes.
  func objects(in dataset: ClassTable) -> [ParsedObject] {
    objects(renumbered: classes.names.map { dataset[$0] ?? 0 })
  }
}

/// Unique class names and their indices.
struct ClassTable {
  private(set) var names: [String] = []
  private var indices: [String: Int] = [:]

  init(_ names: [String] = []) {
    for name in names { insert(name) }
  }

  /// The index of a name; a new name is appended.
  @discardableResult
  mutating func insert(_ name: String) -> (isNew: Bool, index: Int) {
    if let index = indices[name] { return (false, index) }
    indices[name] = names.count
    names.append(name)
    return (true, names.count - 1)
  }

  subscript(name: String) -> Int? { indices[name] }
}
