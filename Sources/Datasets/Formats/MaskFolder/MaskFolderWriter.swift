import Basics
import Foundation
import Imaging

/// Writes images and masks: `SPLIT/images/NAME` and `SPLIT/masks/NAME.png`.
///
/// The mask files of a dataset of masks are copied, and those of colors or of single objects are
/// written as numbers. Otherwise polygons are drawn in order, with
/// class numbers from 1, or 255 if there is one class; individual objects cannot be distinguished.
struct MaskFolderWriter: FormatWriter {
  static let holds: FormatCapabilities = [.imageMasks]

  let classNames: [String]
  let splits: [String]

  func imagePath(_ name: String, of sample: Sample, split: String) -> String {
    "\(split)/images/\(name)"
  }

  mutating func add(
    _ sample: Sample, name: String, split: String
  ) throws(DatasetsError) -> [WrittenFile] {
    let path = "\(split)/masks/\(FilePath.stem(name))"
    // Numbers of classes stay as they are; colors, and masks in several files, become numbers.
    if sample.maskPath != nil, sample.maskEncoding != .numbers || sample.maskClassIndices != nil {
      return [WrittenFile(path: path + ".png", pieces: [try numbered(sample)])]
    }
    if let mask = sample.maskPath {
      guard let bytes = try DatasetsError.wrap(FileContents.bytes(mask)) else {
        throw DatasetsError(file: mask, "the mask does not exist any more.")
      }
      return [WrittenFile(path: "\(path).\(FilePath.ending(mask))", pieces: [bytes])]
    }
    return [WrittenFile(path: path + ".png", pieces: [try drawn(sample)])]
  }

  func description() -> [WrittenFile] { [classList(classNames)] }

  /// The class numbers of a mask file or, if it distinguishes objects, their numbers.
  private func numbered(_ sample: Sample) throws(DatasetsError) -> [UInt8] {
    guard let file = ClassMaskFile(of: sample, classCount: classNames.count) else { return [] }
    do {
      let planes = try file.planes()
      let isOfObjects = classNames.count == 1 && planes.objects != nil
      return try ImageFile.encode(
        isOfObjects ? planes.objects ?? planes.classes : planes.classes, as: .png)
    } catch let issue as DatasetIssue {
      throw DatasetsError("\(issue)")
    } catch {
      throw DatasetsError(file: sample.imagePath, "its mask cannot be written: \(error).")
    }
  }

  private func drawn(_ sample: Sample) throws(DatasetsError) -> [UInt8] {
    guard classNames.count < 255 else {
      throw DatasetsError(
        file: sample.imagePath,
        "a mask holds at most 254 classes, but there are \(classNames.count).")
    }
    let (width, height) = (sample.imageWidth, sample.imageHeight)
    guard width > 0, height > 0 else {
      throw DatasetsError(file: sample.imagePath, "the size of the image is not known.")
    }
    var pixels = [UInt8](repeating: 0, count: width * height)
    do {
      for annotation in sample.annotations where !annotation.isCrowd {
        guard let segmentation = annotation.segmentation else {
          throw DatasetsError(
            file: sample.imagePath,
            "the image has an object with a box and no polygon, which cannot become a mask; choose "
              + "another format.")
        }
        let value = classNames.count == 1 ? 255 : UInt8(annotation.classIndex + 1)
        let mask = try segmentation.mask(width: width, height: height)
        for (place, isInside) in mask.pixels.enumerated() where isInside != 0 {
          pixels[place] = value
        }
      }
      let image = Image(width: width, height: height, format: .gray8, bytes: pixels)
      return try ImageFile.encode(image, as: .png)
    } catch let error as DatasetsError {
      throw error
    } catch {
      throw DatasetsError(file: sample.imagePath, "its mask cannot be drawn: \(error).")
    }
  }
}
