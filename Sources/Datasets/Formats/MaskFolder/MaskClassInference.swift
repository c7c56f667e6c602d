import Basics
import Imaging

/// Finds the classes of masks without a class list by the numbers in their files.
struct MaskClassInference {
  /// The class names: one, `object`, for masks of one class or of objects.
  private(set) var names = ["object"]
  /// What was concluded from the numbers; nil for masks of one class.
  private(set) var remark: String?

  /// Without a mask of another kind among so many, all are of one class.
  private static let sampleCount = 32
  /// More numbers are those of objects.
  private static let mostClasses = 64

  /// - Parameter masks: The mask files of all splits.
  init(_ masks: [String], runner: any ParallelExecutor) {
    let step = max(1, masks.count / Self.sampleCount)
    let sample = stride(from: 0, to: masks.count, by: step).map { masks[$0] }
    guard Self.largestNumber(in: sample, runner: runner) > 1 else { return }
    let largest = Self.largestNumber(in: masks, runner: runner)
    guard largest > 1 else { return }
    if largest > Self.mostClasses {
      remark =
        "there is no classes.txt, and the masks have numbers up to \(largest): they are taken as "
        + "numbers of objects of one class. If they are classes, list their names in classes.txt, one "
        + "per line."
      return
    }
    names = (1...largest).map { "class\($0)" }
    remark =
      "there is no classes.txt, and the masks have numbers up to \(largest): they are taken as classes, "
      + "named class1 to class\(largest). Write their names into classes.txt, one per line; if they "
      + "number objects of one class, write the name of that class."
  }

  /// The largest class number of files; 0 or 1 if all are of one class or of objects.
  private static func largestNumber(in masks: [String], runner: any ParallelExecutor) -> Int {
    runner.map(masks.count) { number(of: masks[$0]) }.max() ?? 0
  }

  /// Files that cannot be read are reported where they are used.
  private static func number(of path: String) -> Int {
    guard let bytes = try? ImageFile.bytes(path), Codec(signatureOf: bytes) != .jpeg else {
      return 0
    }
    let indices = try? ImageFile.paletteIndices(of: bytes, name: path)
    guard
      let image = indices
        ?? (try? ImageFile.decode(bytes, name: path, policy: DecodePolicy(format: nil)).image),
      image.format == .gray8
    else { return 0 }
    let largest = image.bytes.lazy.filter { $0 != ClassMaskFile.ignored }.max() ?? 0
    // Black and white with shades between them, unless they are indices.
    let isShaded = indices == nil && largest > mostClasses && image.bytes.contains(255)
    return isShaded ? 0 : Int(largest)
  }
}
