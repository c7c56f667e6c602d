import Imaging

/// What a mask holds: pixels of each value, and objects.
package struct MaskContent: Hashable, Sendable {
  /// The number of pixels of each value of a class plane: 0 is the background, class index i has the
  /// value i + 1, 255 is ignored.
  package private(set) var pixels = [Int](repeating: 0, count: 256)
  /// The number of objects; 0 if the mask does not distinguish them.
  package private(set) var objects = 0

  init(_ planes: MaskPlanes) {
    for value in planes.classes.bytes { pixels[Int(value)] += 1 }
    guard let numbers = planes.objects else { return }
    var isSeen = [Bool](repeating: false, count: 1 << 16)
    numbers.withNumbers { for number in $0 { isSeen[Int(number)] = true } }
    objects = isSeen.dropFirst().count { $0 }
  }
}
