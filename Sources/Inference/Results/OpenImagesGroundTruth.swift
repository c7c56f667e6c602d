import Basics
import Datasets
import Evaluation
import Imaging

extension GroundTruth {
  private static let boxColumns = "ImageID, LabelName, XMin, XMax, YMin, YMax, IsGroupOf"

  /// Reads tables of Open Images.
  ///
  /// Images and classes are sorted by id. The tables state no sizes: boxes are those in images of
  /// `DatasetReading.assumedSize`, which changes no IoU. Classes have the names of a table of class
  /// descriptions beside the boxes, if there is one, and else their ids, such as `/m/01g317`.
  ///
  /// - Parameters:
  ///   - path: The table of boxes.
  ///   - imageLabels: The table of labels that were verified for whole images; if nil, every class
  ///     counts as verified in every image.
  ///   - hierarchy: The file of the class hierarchy, whose classes need not be in the tables; nil
  ///     without one.
  static func read(
    openImages path: String, imageLabels: String?, hierarchy: String?
  ) throws(DatasetsError) -> GroundTruth {
    let table = try OpenImagesTable(path)
    let columns = try OpenImagesBoxColumns(table, expected: boxColumns)
    let verified = try imageLabels.map { (path) throws(DatasetsError) in try verifiedLabels(path) }
    var images = Set(verified?.map(\.image) ?? [])
    var labels = Set(verified?.map(\.label) ?? [])
    if let hierarchy { labels.formUnion(try ClassHierarchyFile.labels(in: hierarchy)) }
    try table.forEachRow { (row) throws(DatasetsError) in
      images.insert(row[columns.image])
      labels.insert(row[columns.label])
    }
    let (imageIds, labelIds) = (images.sorted(), labels.sorted())
    let described = try descriptions(beside: path)
    // Two labels of one name would be one class.
    let isUnique = Set(labelIds.map { described[$0] ?? $0 }).count == labelIds.count
    let size = DatasetReading.assumedSize
    var result = GroundTruth(
      path: path,
      images: imageIds.map {
        ImageEntry(name: "\($0).jpg", id: .text($0), width: size, height: size)
      },
      classNames: labelIds.map { isUnique ? described[$0] ?? $0 : $0 },
      imageIds: IdTable(imageIds.map { .text($0) }), classIds: IdTable(labelIds.map { .text($0) }))
    result.isOpenImages = true
    result.labelNames = zip(labelIds, result.classNames).map {
      ClassRename(predicted: $0, groundTruth: $1)
    }
    let places = Dictionary(uniqueKeysWithValues: zip(imageIds, imageIds.indices))
    let classes = Dictionary(uniqueKeysWithValues: zip(labelIds, labelIds.indices))
    let group = table.column("IsGroupOf")
    try table.forEachRow { (row) throws(DatasetsError) in
      let image = places[row[columns.image]] ?? 0
      let box = try columns.box(row, width: size, height: size)
      result.accepts(
        box, image: image, place: "\(path):\(row.line)", else: "no detection can match it",
        mismatches: &result.mismatches)
      let isGroup = try group.map { (column) throws(DatasetsError) in try row.number(column) > 0 }
      result.groundTruths.append(
        image: image, classIndex: classes[row[columns.label]] ?? 0, box: box,
        traits: isGroup == true ? .crowd : [])
    }
    if let verified {
      var lists = [Bool: [[Int32]]](
        uniqueKeysWithValues: [true, false].map { ($0, Array(repeating: [], count: images.count)) })
      for label in verified {
        lists[label.isPresent]?[places[label.image] ?? 0].append(Int32(classes[label.label] ?? 0))
      }
      result.federation = FederatedLabels(
        absent: lists[false] ?? [], notExhaustive: Array(repeating: [], count: images.count),
        present: lists[true] ?? [], detectionsPerImage: .max)
    }
    return result
  }

  /// The labels that were verified for whole images.
  private static func verifiedLabels(
    _ path: String
  ) throws(DatasetsError) -> [(image: String, label: String, isPresent: Bool)] {
    let table = try OpenImagesTable(path)
    let expected = "ImageID, LabelName, Confidence"
    let image = try table.required("ImageID", of: expected)
    let label = try table.required("LabelName", of: expected)
    // The name in tables that TensorFlow's scripts have expanded.
    let isExpanded = table.column("ConfidenceImageLabel") != nil
    let confidence = try table.required(
      isExpanded ? "ConfidenceImageLabel" : "Confidence", of: expected)
    var labels: [(image: String, label: String, isPresent: Bool)] = []
    try table.forEachRow { (row) throws(DatasetsError) in
      labels.append((row[image], row[label], try row.number(confidence) > 0))
    }
    return labels
  }

  /// The name of each label in a table of class descriptions in the same folder, which has no column
  /// names in older releases; empty without one, and where there are several.
  private static func descriptions(beside path: String) throws(DatasetsError) -> [String: String] {
    let folder = FilePath.folder(path)
    let files = (FileContents.listing(of: folder) ?? []).map(\.name).filter {
      FilePath.ending($0) == "csv"
        && ($0.contains("class-descriptions") || $0.contains("classes-description"))
    }
    guard files.count == 1, let file = files.first else { return [:] }
    let text = try DatasetsError.wrap(FileContents.text(FilePath.join(folder, file))) ?? ""
    let pairs = FileContents.lines(text).compactMap { line -> (String, String)? in
      let fields = line.split(separator: ",", maxSplits: 1)
      guard fields.count == 2 else { return nil }
      let name = ClassList.name(fields[1].filter { $0 != "\"" })
      return name.isEmpty ? nil : (String(fields[0]), name)
    }
    return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }
}
