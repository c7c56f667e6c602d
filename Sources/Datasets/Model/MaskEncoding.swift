import Imaging

/// How the pixels of an image's mask file are meant.
package enum MaskEncoding: Hashable, Sendable {
  /// Gray values or palette indices: 0 for the background, then the classes, 255 for ignored pixels.
  /// With one class, also 0 and 255 for background and class, and numbers of objects.
  case numbers
  /// A color per class.
  case colors(MaskColors)
  /// The mask is a folder of files, one per object, whose pixels are not 0 inside the object. There is
  /// one class.
  case objectFiles
}

/// The colors of the classes of mask files.
package struct MaskColors: Hashable, Sendable {
  /// The value of each color in a class plane, see `ClassMaskFile`; keys are 0xRRGGBB.
  package private(set) var numbers: [UInt32: UInt8]

  /// Black is the background unless it is given another meaning.
  package init(_ numbers: [UInt32: UInt8]) {
    self.numbers = [0: ClassMaskFile.background].merging(numbers) { $1 }
  }

  /// The key of a color.
  package static func key(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt32 {
    UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
  }

  /// `#rrggbb`.
  package static func text(_ key: UInt32) -> String {
    let digits = String(key, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// Whether a gray image cannot show the color of any class.
  var haveNoGray: Bool {
    !numbers.contains { key, number in
      ![ClassMaskFile.background, ClassMaskFile.ignored].contains(number)
        && key >> 16 == key & 255 && key >> 16 == key >> 8 & 255
    }
  }
}

/// The pixels of a mask, decoded.
package struct MaskPlanes: Hashable, Sendable {
  /// 8-bit gray, the values of `ClassMaskFile`.
  package var classes: Image
  /// The object of each pixel: 16-bit gray, 0 where there is none; nil if the mask does not
  /// distinguish objects.
  package var objects: Image?

  package init(classes: Image, objects: Image? = nil) {
    (self.classes, self.objects) = (classes, objects)
  }
}
