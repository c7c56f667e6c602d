import Datasets
import Foundation
import Imaging

/// A cache of decoded images, with a limit in bytes.
///
/// Each epoch visits every image once, so the least recently used image is as likely to be needed
/// next as any other: images that fit into half of the memory are never evicted. The other half
/// holds the most recently decoded images, from which the mosaics of a large dataset are made.
/// Results do not depend on the cache.
// Sendable is safe: all mutable state is guarded by the lock.
final class ImageCache: @unchecked Sendable {
  private let samples: [Sample]
  private let config: LoaderConfig
  private let lock = NSLock()
  // Guarded by the lock:
  private var images: [Int: CachedImage] = [:]
  private var byteCount = 0
  /// Evictable images, oldest first; those before `oldest` have been evicted.
  private var recent: [Int] = []
  private var oldest = 0
  /// The bytes of images that are never evicted.
  private var permanentCount = 0

  struct CachedImage {
    /// Upright, possibly reduced, in the format of `LoaderConfig.inputFormat`.
    let image: Image
    /// Values of `ClassMasks`, possibly reduced; nil if no masks are configured.
    let mask: Image?
    /// The object of each pixel, reduced like the mask; nil if objects are not distinguished.
    let objects: Image?
    /// Some pixels of the mask's classes.
    let foreground: ForegroundPixels?
    /// The warning of an image that is damaged or unusual, but was decoded.
    let issue: DatasetIssue?

    fileprivate var byteCount: Int {
      image.bytes.count + (mask?.bytes.count ?? 0) + (objects?.bytes.count ?? 0)
    }
  }

  init(samples: [Sample], config: LoaderConfig) {
    if let count = config.maskClasses {
      precondition(
        (1...ClassMasks.maximumClasses).contains(count),
        "masks have 1 to \(ClassMasks.maximumClasses) classes, not \(count)")
      precondition(
        samples.allSatisfy { $0.annotations.allSatisfy { $0.classIndex < count } },
        "an object has a class beyond the \(count) that masks have")
    }
    self.samples = samples
    self.config = config
  }

  /// A sample's image. Failures are not cached: a network drive may be away for a moment.
  func cached(_ index: Int) throws(DatasetIssue) -> CachedImage {
    if let known = lock.withLock({ images[index] }) { return known }
    let sample = samples[index]
    let decoded = try image(of: sample)
    let issue = decoded.warnings.first.map {
      DatasetIssue(.imageWarning, sample.imagePath, "the image decodes with a warning: \($0).")
    }
    let masks = try masks(of: sample)
    let cached = CachedImage(
      image: decoded.image, mask: masks?.classes, objects: masks?.objects,
      foreground: masks.map { ForegroundPixels($0.classes) }, issue: issue)
    lock.withLock { keep(cached, at: index) }
    return cached
  }

  private func image(of sample: Sample) throws(DatasetIssue) -> DecodedImage {
    let format = config.inputFormat
    var policy = DecodePolicy(
      format: format, maximumLongerSide: config.imageSide, acceptsTruncated: !config.isStrict)
    do throws(ImagingError) {
      if format.bitDepth == 8 { return try ImageFile.read(sample.imagePath, policy: policy) }
      let bytes = try ImageFile.bytes(sample.imagePath)
      // The range of the samples is kept, and the statistics are those of the whole image.
      let stored = try ImageFile.information(of: bytes, name: sample.imagePath).format
      policy.format = PixelFormat(channels: format.channels, bitDepth: stored.bitDepth)
      policy.maximumLongerSide = nil
      var decoded = try ImageFile.decode(bytes, name: sample.imagePath, policy: policy)
      let scaling = config.imageNormalization.scaling(of: PixelStatistics(decoded.image))
      decoded.image = UnitSamples.normalized(decoded.image, by: scaling)
        .averaged(toLongerSide: config.imageSide)
      return decoded
    } catch {
      throw DatasetIssue(.unreadableImage, sample.imagePath, "\(error).")
    }
  }

  private func masks(of sample: Sample) throws(DatasetIssue) -> MaskPlanes? {
    guard let classCount = config.maskClasses else { return nil }
    var planes = try SampleMask(sample: sample, classCount: classCount).planes(
      ofObjects: config.weightMap != .none)
    planes.classes = planes.classes.subsampled(toLongerSide: config.imageSide)
    // Files of object numbers distinguish objects in any case.
    planes.objects =
      config.weightMap == .none
      ? nil : planes.objects?.subsampled(toLongerSide: config.imageSide)
    return planes
  }

  /// Stores an image, permanently or in place of the oldest evictable ones; the caller holds the
  /// lock.
  private func keep(_ cached: CachedImage, at index: Int) {
    let (size, byteLimit) = (cached.byteCount, config.cacheLimit)
    guard images[index] == nil, size <= byteLimit else { return }
    if permanentCount + size <= byteLimit / 2 {
      permanentCount += size
    } else {
      while byteCount + size > byteLimit, oldest < recent.count {
        if let old = images.removeValue(forKey: recent[oldest]) {
          byteCount -= old.byteCount
        }
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

extension LoaderConfig {
  /// The normalization of images by their own statistics alone.
  fileprivate var imageNormalization: Normalization {
    Normalization(
      mean: normalization.mean.map { _ in 0 },
      standardDeviation: normalization.standardDeviation.map { _ in 1 },
      perImage: normalization.perImage)
  }
}

extension Image {
  /// An empty image of the same format, reduced to a longer side in pixels, and the transform to it;
  /// nil if this image is not larger.
  private func reduced(toLongerSide side: Int) -> (image: Image, transform: ProjectiveTransform)? {
    let longer = max(width, height)
    guard longer > side else { return nil }
    let scale = Double(side) / Double(longer)
    let result = Image(
      width: max(1, Int((Double(width) * scale).rounded())),
      height: max(1, Int((Double(height) * scale).rounded())), format: format)
    let transform = ProjectiveTransform.scale(
      x: Double(result.width) / Double(width), y: Double(result.height) / Double(height))
    return (result, transform)
  }

  /// The image reduced to a longer side, in pixels, by nearest-neighbor sampling, which preserves
  /// class numbers.
  fileprivate func subsampled(toLongerSide side: Int) -> Image {
    guard var reduced = reduced(toLongerSide: side) else { return self }
    ElasticWarp(transform: reduced.transform).drawNumbers(self, into: &reduced.image)
    return reduced.image
  }

  /// The image reduced to a longer side, in pixels, by averaging samples.
  fileprivate func averaged(toLongerSide side: Int) -> Image {
    guard var reduced = reduced(toLongerSide: side) else { return self }
    ElasticWarp(transform: reduced.transform).draw(self, into: &reduced.image)
    return reduced.image
  }
}
