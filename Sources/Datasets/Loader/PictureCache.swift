import Foundation
import Imaging

/// Decoded pictures, kept until a number of bytes is reached.
///
/// Each epoch visits every picture once, so that the oldest is as likely to be wanted as any: what
/// fits into half of the memory stays for good. The other half holds the pictures that were decoded
/// last, which the mosaics of a large data set draw from. What a caller gets does not depend on what
/// is kept.
final class PictureCache: @unchecked Sendable {
  private let samples: [Sample]
  private let pictureSide: Int
  private let byteLimit: Int
  private let lock = NSLock()
  // Guarded by the lock:
  private var pictures: [Int: Image] = [:]
  private var failures: [Int: Unreadable] = [:]
  private var byteCount = 0
  /// Of the pictures that do not stay, the oldest first; those before `oldest` are gone.
  private var recent: [Int] = []
  private var oldest = 0
  /// The bytes of the pictures that stay.
  private var lastingCount = 0

  init(samples: [Sample], pictureSide: Int, byteLimit: Int) {
    self.samples = samples
    self.pictureSide = pictureSide
    self.byteLimit = byteLimit
  }

  /// Why a picture cannot be shown.
  struct Unreadable: Error {
    let problem: DatasetProblem
  }

  /// A sample's picture, 8-bit RGB and upright; what could not be decoded once is not tried again.
  func picture(_ index: Int) throws(Unreadable) -> Image {
    let (known, failure) = lock.withLock { (pictures[index], failures[index]) }
    if let known { return known }
    if let failure { throw failure }
    let path = samples[index].imagePath
    do {
      let image = try PictureFile.read(path, longerSide: pictureSide)
      lock.withLock { keep(image, at: index) }
      return image
    } catch {
      let failure = Unreadable(
        problem: DatasetProblem(
          kind: .unreadableImage, file: path,
          message: "\(error); the next picture takes its place."))
      lock.withLock { failures[index] = failure }
      throw failure
    }
  }

  /// Keeps a picture, for good or instead of the oldest that are not; the lock is held.
  private func keep(_ image: Image, at index: Int) {
    let size = image.bytes.count
    guard pictures[index] == nil, size <= byteLimit else { return }
    if lastingCount + size <= byteLimit / 2 {
      lastingCount += size
    } else {
      while byteCount + size > byteLimit, oldest < recent.count {
        if let old = pictures.removeValue(forKey: recent[oldest]) { byteCount -= old.bytes.count }
        oldest += 1
      }
      guard byteCount + size <= byteLimit else { return }
      recent.append(index)
      if oldest > 1 << 12 {
        recent.removeFirst(oldest)
        oldest = 0
      }
    }
    pictures[index] = image
    byteCount += size
  }
}
