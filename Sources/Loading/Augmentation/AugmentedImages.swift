import Datasets
import Imaging

/// An image as a training sees it, with its labels moved along.
package struct AugmentedImage: Hashable, Sendable {
  /// The input before normalization: 8-bit RGB of the plan's size.
  package let image: Image
  /// The objects to learn, in pixels of `image`.
  package let annotations: [Annotation]
  /// Crowds, in pixels of `image`: neither targets nor background.
  package let ignoredRegions: [Box]
  /// Which sample it shows; that of the first tile for a mosaic.
  package let sampleIndex: Int
}

/// The images of a training, one at a time and in any order, for people to look at.
///
/// They are those that a `Loader` with the same samples, configuration and schedule draws, without
/// the normalization of the network.
package struct AugmentedImages: Sendable {
  private let maker: SampleBuilder
  private let factors: RepeatFactors
  private let schedule: @Sendable (LoaderState) -> BatchPlan
  /// Images an epoch: those of its batches.
  package let count: Int

  /// Makes a source of images.
  ///
  /// - Parameters:
  ///   - samples: Usually those of a `Dataset`; at least one.
  ///   - config: Seed, order, batches and memory; the normalization has no effect.
  ///   - schedule: Says for each batch how large its images are and how they are varied.
  package init(
    samples: [Sample], config: LoaderConfig,
    schedule: @escaping @Sendable (LoaderState) -> BatchPlan
  ) {
    precondition(!samples.isEmpty, "augmented images need at least one sample")
    self.schedule = schedule
    factors = RepeatFactors(samples, threshold: config.repeatThreshold)
    maker = SampleBuilder(
      samples: samples, config: config, cache: ImageCache(samples: samples, config: config))
    let batches = EpochSampler.batchCount(factors, config: config)
    precondition(batches > 0, "\(samples.count) samples are too few for \(config.ranks) ranks")
    count = EpochSampler(factors, config: config, epoch: 0).places(ofBatch: batches - 1).upperBound
  }

  /// The image at a place of an epoch, both counted from 0.
  ///
  /// - Throws: `DatasetsError` where none of the samples can be decoded.
  package func image(epoch: Int, place: Int) throws(DatasetsError) -> AugmentedImage {
    precondition((0..<count).contains(place), "there is no image \(place) of \(count)")
    let order = EpochSampler(factors, config: maker.config, epoch: epoch)
    let position = LoaderState(epoch: epoch, batch: order.batch(ofPlace: place))
    let result = try maker.make(order, place: place, plan: schedule(position))
    return AugmentedImage(
      image: result.image, annotations: result.labels.targets,
      ignoredRegions: result.labels.ignored, sampleIndex: result.sampleIndex)
  }
}
