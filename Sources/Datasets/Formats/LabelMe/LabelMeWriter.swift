import Basics
import Foundation
import Imaging

/// Writes LabelMe: `SPLIT/NAME.json` beside each image, and a class list.
///
/// The polygons of an object share a group, masks are PNGs of their bounding rectangle, and
/// attributes that LabelMe lacks are flags of the shape. The box of an object with polygons is not
/// written: other readers would take a rectangle for a second object or a part of the polygon.
struct LabelMeWriter: FormatWriter {
  static let holds: FormatCapabilities = [.boxes, .polygon, .polygons, .masks, .crowds, .marks]

  let classNames: [String]
  let splits: [String]

  mutating func add(
    _ sample: Sample, name: String, split: String
  ) throws(DatasetsError) -> [WrittenFile] {
    var shapes: [JSONValue] = []
    var groups = 0
    for annotation in sample.annotations {
      switch annotation.writtenSegmentation {
      case .polygons(let polygons)?:
        if polygons.count > 1 { groups += 1 }
        let group = polygons.count > 1 ? groups : nil
        shapes += polygons.map { shape(annotation, "polygon", Self.points($0), group: group) }
      case .mask(let mask)?:
        let bounds = mask.bounds
        let corners = [
          bounds.x, bounds.y, bounds.x + bounds.width - 1, bounds.y + bounds.height - 1,
        ]
        let points = Self.points(corners.map { Double($0) })
        shapes.append(
          shape(annotation, "mask", points, mask: try Self.image(of: mask, of: sample)))
      case nil:
        let box = annotation.writtenBox
        shapes.append(
          shape(annotation, "rectangle", Self.points([box.x1, box.y1, box.x2, box.y2])))
      }
    }
    let file: JSONValue = [
      "version": "5.0.0", "flags": [:], "shapes": .array(shapes), "imagePath": .string(name),
      "imageData": nil, "imageHeight": .integer(sample.imageHeight),
      "imageWidth": .integer(sample.imageWidth),
    ]
    return [
      WrittenFile(
        imagePath(FilePath.stem(name) + ".json", of: sample, split: split), file.line + "\n")
    ]
  }

  func description() -> [WrittenFile] { [classList(classNames)] }

  private func shape(
    _ annotation: Annotation, _ type: String, _ points: JSONValue, group: Int? = nil,
    mask: String? = nil
  ) -> JSONValue {
    let flags: [(LabelMeFlag, Bool)] = [
      (.crowd, annotation.isCrowd), (.difficult, annotation.isDifficult),
      (.truncated, annotation.isTruncated), (.occluded, annotation.isOccluded),
    ]
    return [
      "label": .string(classNames[annotation.classIndex]), "points": points,
      "group_id": group.map { .integer($0) } ?? nil, "description": "",
      "shape_type": .string(type),
      "flags": .object(
        flags.filter(\.1).map { JSONMember(key: $0.0.rawValue, value: true) }),
      "mask": mask.map { .string($0) } ?? nil,
    ]
  }

  private static func points(_ numbers: [Double]) -> JSONValue {
    .array(
      stride(from: 0, to: numbers.count - 1, by: 2).map {
        .array([.number(tidy(numbers[$0])), .number(tidy(numbers[$0 + 1]))])
      })
  }

  /// A coordinate rounded to the digits that are written.
  private static func tidy(_ value: Double) -> Double {
    Double(NumberFormat.pixels(value)) ?? value
  }

  /// The bounding rectangle of a mask as a PNG, 255 inside, in base64.
  private static func image(
    of mask: RunLengthMask, of sample: Sample
  ) throws(DatasetsError) -> String {
    let bounds = mask.bounds
    let pixels = mask.pixels
    var part: [UInt8] = []
    part.reserveCapacity(bounds.width * bounds.height)
    for y in bounds.y..<bounds.y + bounds.height {
      let start = y * mask.width + bounds.x
      part += pixels[start..<start + bounds.width].map { $0 * 255 }
    }
    do {
      let image = Image(
        width: bounds.width, height: bounds.height, format: .gray8, bytes: part)
      return Data(try ImageFile.encode(image, as: .png)).base64EncodedString()
    } catch {
      throw DatasetsError(file: sample.imagePath, "a mask cannot be written as a PNG: \(error).")
    }
  }
}
