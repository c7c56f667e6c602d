import Basics
import Datasets
import Imaging

/// Detections in the text files of the Pascal VOC development kit: one file per class,
/// `comp4_det_test_cat.txt`, with rows `image score xmin ymin xmax ymax`.
///
/// Pixels count from 1, and both ends are included. Source: the VOC 2012 development kit, section
/// 5.2.1.
struct VOCDetectionFiles {
  private let files: [String]
  private let groundTruth: GroundTruth

  /// Whether a file name is that of such a file; its class is the rest after the image set.
  static func recognizes(_ path: String) -> Bool { className(of: path) != nil }

  /// Whether a folder holds such files.
  static func recognizes(folder: String) -> Bool {
    (FileContents.listing(of: folder) ?? []).contains { recognizes($0.name) }
  }

  private static func className(of path: String) -> String? {
    guard FilePath.ending(path) == "txt" else { return nil }
    let parts = FilePath.stem(FilePath.name(path)).split(separator: "_", maxSplits: 3)
    return parts.count == 4 && parts[1] == "det" ? String(parts[3]) : nil
  }

  /// - Parameter path: A file, or a folder of such files.
  init(_ path: String, groundTruth: GroundTruth) throws(DatasetsError) {
    self.groundTruth = groundTruth
    files =
      FileContents.entry(path) == .folder
      ? try DatasetsError.wrap(FileContents.names(in: path)).filter { Self.recognizes($0) }
        .map { FilePath.join(path, $0) }
      : [path]
  }

  /// Reads all files.
  func read() throws(DatasetsError) -> DetectionSet {
    var set = DetectionSet()
    let names = ImageNames(groundTruth.images)
    var unknown = UnknownImages(groundTruth, names: names)
    let classIndices = groundTruth.classIndices
    for file in files {
      let className = Self.className(of: file) ?? ""
      guard let classIndex = classIndices[className] else {
        set.mismatches.add(
          unknownClass: className, "the class \"\(className)\" is not in \(groundTruth.path)",
          at: file)
        continue
      }
      let text = try DatasetsError.wrap(FileContents.text(file)) ?? ""
      for (index, line) in FileContents.lines(text).enumerated() {
        let fields = line.split { $0 == " " || $0 == "\t" }
        if fields.isEmpty { continue }
        let numbers = fields.dropFirst().compactMap { NumberFormat.number($0) }
        guard fields.count == 6, numbers.count == 5 else {
          throw DatasetsError(
            file: file, line: index + 1,
            "a row is expected to be \"image score xmin ymin xmax ymax\", but is "
              + "\"\(line.prefix(60))\".")
        }
        let place = "\(file):\(index + 1)"
        guard let image = names[String(fields[0])] else {
          set.mismatches.add(.unknownImage, "\(place): \(unknown.reason(String(fields[0])))")
          continue
        }
        set.append(
          image: image, classIndex: classIndex,
          box: SizedBox(
            x: numbers[1] - 1, y: numbers[2] - 1, width: numbers[3] - numbers[1] + 1,
            height: numbers[4] - numbers[2] + 1),
          score: numbers[0], groundTruth: groundTruth, place: place)
      }
    }
    return set
  }
}
