import Imaging

/// A picture as a training sees it, with its labels moved along.
public struct AugmentedPicture: Hashable, Sendable {
  /// The input before normalization: 8-bit RGB of the plan's size.
  public let image: Image
  /// The objects to learn, in pixels of `image`.
  public let annotations: [Annotation]
  /// Crowds, in pixels of `image`: neither targets nor background.
  public let ignoredRegions: [Box]
  /// Which sample it shows; that of the first tile for a mosaic.
  public let sampleIndex: Int
}

/// The pictures of a training, one at a time and in any order, for people to look at.
///
/// They are those that a `Loader` with the same samples, configuration and plan draws, without the
/// normalization of the network.
public struct AugmentedPictures: Sendable {
  private let maker: PictureMaker
  private let plan: BatchPlan
  private let factors: RepeatFactors

  /// Makes a source of pictures.
  ///
  /// - Parameters:
  ///   - samples: Usually those of a `Dataset`; at least one.
  ///   - config: Seed, order and memory; the normalization has no effect.
  ///   - plan: The size of the pictures, and how they are varied.
  public init(samples: [Sample], config: LoaderConfig, plan: BatchPlan) {
    precondition(!samples.isEmpty, "augmented pictures need at least one sample")
    self.plan = plan
    factors = RepeatFactors(samples, threshold: config.repeatThreshold)
    maker = PictureMaker(
      samples: samples, config: config,
      cache: PictureCache(
        samples: samples, pictureSide: config.pictureSide, byteLimit: config.cacheLimit))
  }

  /// Pictures an epoch.
  public var count: Int { factors.epochCount / maker.config.ranks }

  /// The pictures met so far that cannot be decoded, each once, in the order of the samples.
  public var problems: [DatasetProblem] { maker.cache.problems }

  /// The picture at a place of an epoch, both counted from 0.
  ///
  /// - Throws: `DatasetsError` where none of the samples can be decoded.
  public func picture(epoch: Int, place: Int) throws(DatasetsError) -> AugmentedPicture {
    precondition((0..<count).contains(place), "there is no picture \(place) of \(count)")
    let order = EpochOrder(factors, config: maker.config, epoch: epoch)
    guard let result = maker.make(order, place: place, plan: plan) else {
      throw maker.nothingDecodable
    }
    return AugmentedPicture(
      image: result.image, annotations: result.labels.targets,
      ignoredRegions: result.labels.ignored, sampleIndex: result.sampleIndex)
  }
}
