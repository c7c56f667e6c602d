import Datasets
import Foundation
import Imaging

/// Decoded images, kept until a number of bytes is reached.
///
/// Each epoch visits every image once, so that the oldest is as likely to be wanted as any: what
/// fits into half of the memory stays for good. The other half holds the images that were decoded
/// last, which the mosaics of a large dataset draw from. What a caller gets does not depend on what
/// is kept.
final class ImageCache: @unchecked Sendable {
  private let samples: [Sample]
  private let config: LoaderConfig
  private let lock = NSLock()
  // Guarded by the lock:
  private var images: [Int: CachedImage] = [:]
  private var failures: [Int: Unreadable] = [:]
  private var byteCount = 0
  /// Of the images that do not stay, the oldest first; those before `oldest` are gone.
  private var recent: [Int] = []
  private var oldest = 0
  /// The bytes of the images that stay.
  private var lastingCount = 0

  /// What is shown of a sample.
  struct CachedImage {
    /// 8-bit RGB and upright, perhaps reduced.
    let image: Image
    /// The numbers of its pixels' classes as in `ClassMasks`, perhaps reduced; nil where no masks are
    /// wanted.
    let mask: Image?

    fileprivate var byteCount: Int { image.bytes.count + (mask?.bytes.count ?? 0) }
  }

  /// Of a configuration, the size and memory of images and the masks matter.
  init(samples: [Sample], config: LoaderConfig) {
    if let count = config.maskClasses {
      precondition(
        (1...ClassMasks.mostClasses).contains(count),
        "masks have 1 to \(ClassMasks.mostClasses) classes, not \(count)")
      precondition(
        samples.allSatisfy { $0.annotations.allSatisfy { $0.classIndex < count } },
        "an object has a class beyond the \(count) that masks have")
    }
    self.samples = samples
    self.config = config
  }

  /// Why an image cannot be shown.
  struct Unreadable: Error {
    let issue: DatasetIssue
  }

  /// A sample's image; what could not be decoded once is not tried again.
  func cached(_ index: Int) throws(Unreadable) -> CachedImage {
    let (known, failure) = lock.withLock { (images[index], failures[index]) }
    if let known { return known }
    if let failure { throw failure }
    do {
      let sample = samples[index]
      let cached = CachedImage(image: try image(of: sample), mask: try mask(of: sample))
      lock.withLock { keep(cached, at: index) }
      return cached
    } catch {
      lock.withLock { failures[index] = error }
      throw error
    }
  }

  private func image(of sample: Sample) throws(Unreadable) -> Image {
    do {
      return try ImageFile.read(
        sample.imagePath, policy: DecodePolicy(maximumLongerSide: config.imageSide)
      ).image
    } catch {
      throw Unreadable(
        issue: DatasetIssue(
          kind: .unreadableImage, file: sample.imagePath,
          message: "\(error)."))
    }
  }

  private func mask(of sample: Sample) throws(Unreadable) -> Image? {
    guard let classCount = config.maskClasses else { return nil }
    return try SampleMask(sample: sample, classCount: classCount).plane()
      .thinned(toLongerSide: config.imageSide)
  }

  /// Keeps an image, for good or instead of the oldest that are not; the lock is held.
  private func keep(_ cached: CachedImage, at index: Int) {
    let (size, byteLimit) = (cached.byteCount, config.cacheLimit)
    guard images[index] == nil, size <= byteLimit else { return }
    if lastingCount + size <= byteLimit / 2 {
      lastingCount += size
    } else {
      while byteCount + size > byteLimit, oldest < recent.count {
        if let old = images.removeValue(forKey: recent[oldest]) { byteCount -= old.byteCount }
        oldest += 1
      }
      guard byteCount + size <= byteLimit else { return }
      recent.append(index)
      if oldest > 1 << 12 {
        recent.removeFirst(oldest)
        oldest = 0
      }
    }
    images[index] = cached
    byteCount += size
  }
}

extension Image {
  /// Of numbers, as many as fit a longer side, in pixels; the others are left out.
  fileprivate func thinned(toLongerSide side: Int) -> Image {
    let longer = max(width, height)
    guard longer > side else { return self }
    let scale = Double(side) / Double(longer)
    var result = Image(
      width: max(1, Int((Double(width) * scale).rounded())),
      height: max(1, Int((Double(height) * scale).rounded())), format: .gray8)
    let transform = AffineTransform.scale(
      x: Double(result.width) / Double(width), y: Double(result.height) / Double(height))
    Warp(transform: ProjectiveTransform(transform)).drawNumbers(self, into: &result)
    return result
  }
}
