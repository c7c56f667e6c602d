import Foundation
import Imaging

/// Decoded pictures, kept until a number of bytes is reached.
///
/// Nothing is ever dropped for something newer: each epoch visits every picture once, so that the
/// oldest is as likely to be wanted as any. What a caller gets does not depend on what is kept.
final class PictureCache: @unchecked Sendable {
  private let samples: [Sample]
  private let pictureSide: Int
  private let byteLimit: Int
  private let lock = NSLock()
  // Guarded by the lock:
  private var pictures: [Int: Image] = [:]
  private var failures: [Int: DatasetProblem] = [:]
  private var byteCount = 0

  init(samples: [Sample], pictureSide: Int, byteLimit: Int) {
    self.samples = samples
    self.pictureSide = pictureSide
    self.byteLimit = byteLimit
  }

  /// The pictures that could not be decoded, in the order of the samples.
  var problems: [DatasetProblem] {
    lock.withLock { failures.sorted { $0.key < $1.key }.map(\.value) }
  }

  /// A sample's picture, 8-bit RGB and upright, or nil where it cannot be decoded.
  func picture(_ index: Int) -> Image? {
    let (known, hasFailed) = lock.withLock { (pictures[index], failures[index] != nil) }
    if known != nil || hasFailed { return known }
    let path = samples[index].imagePath
    do {
      let image = try PictureFile.read(path, longerSide: pictureSide)
      lock.withLock {
        if pictures[index] == nil && byteCount + image.bytes.count <= byteLimit {
          pictures[index] = image
          byteCount += image.bytes.count
        }
      }
      return image
    } catch {
      lock.withLock {
        failures[index] = DatasetProblem(
          kind: .unreadableImage, file: path,
          message: "\(error); the next picture takes its place.")
      }
      return nil
    }
  }
}
