import Basics
import Datasets
import Engine
import Foundation
import Imaging
import Loading
import Networks

extension TrainingConfig {
  /// The settings of the loader.
  package func loaderConfig(batchSize: Int, normalization: Normalization) -> LoaderConfig {
    var result = LoaderConfig(
      batchSize: batchSize, seed: seed, workers: workers ?? threads ?? Machine.availableThreads,
      normalization: normalization, imageSide: imageSide, cacheLimit: cache << 20)
    if case .longerSide = imgsz { result.groupsShapes = true }
    result.repeatThreshold = repeatThreshold
    result.isStrict = strict
    result.weightMap = weightMap
    return result
  }

  /// The longer side, in pixels, to which images are downscaled before they are cached: the largest
  /// input size times the largest scale; not at all where inputs are windows of the images.
  package var imageSide: Int {
    takesPatches ? .max : Int(Double(largestInput.longestSide) * (1 + augmentation.scale))
  }

  /// Whether inputs are random windows of the images at their own scale.
  private var takesPatches: Bool {
    switch augmentation.patch {
    case .auto: ModelCatalog[model]?.task == .segmentation
    case .on: true
    case .off: false
    }
  }

  /// The largest input size that a batch may have.
  var largestInput: InputSize { inputSizes(around: imgsz).last ?? imgsz }

  /// The input sizes that a batch may have, in ascending order.
  private func inputSizes(around size: InputSize) -> [InputSize] {
    let unit = Double(InputSize.step) / Double(size.longestSide)
    let reach = Int((multiScale / unit).rounded(.down))
    return (-reach...reach).map { size.scaled(by: 1 + Double($0) * unit) }
  }

  /// The input size of an epoch. Small inputs first teach more images in the same time (Tan and Le
  /// 2021, "EfficientNetV2", section 4, progressive learning).
  private func inputSize(ofEpoch epoch: Int) -> InputSize {
    let start = progressive ?? 1
    let part = Double(epoch) / Double(epochs)
    return imgsz.scaled(by: part < 0.5 ? start : part < 0.8 ? (1 + start) / 2 : 1)
  }

  /// The mean area of the inputs over all epochs, as a fraction of that of the last ones.
  var meanInputArea: Double {
    let start = progressive ?? 1
    let middle = (1 + start) / 2
    return 0.5 * start * start + 0.3 * middle * middle + 0.2
  }

  /// The augmented images of a training on samples, for inspection.
  ///
  /// - Parameter loader: The settings of the loader, as `loaderConfig` makes them.
  package func augmentedImages(of samples: [Sample], _ loader: LoaderConfig) -> AugmentedImages {
    AugmentedImages(samples: samples, config: loader) { plan(at: $0) }
  }

  /// The input size of a batch and the augmentation of its images.
  package func plan(at position: LoaderState) -> BatchPlan {
    var size = inputSize(ofEpoch: position.epoch)
    let sizes = inputSizes(around: size)
    if sizes.count > 1 {
      // The size changes every ten batches (YOLOX), because a new size needs a new session.
      var generator = SeededGenerator(
        seed: seed, UInt64(position.epoch), UInt64(position.batch / 10))
      size = sizes[Int(generator.next() % UInt64(sizes.count))]
    }
    return BatchPlan(size: size, augmentation: augmentation(ofEpoch: position.epoch))
  }

  /// The last epochs have weaker augmentation, because their images should resemble real ones.
  private func augmentation(ofEpoch epoch: Int) -> AugmentationConfig {
    func isLast(_ length: Double) -> Bool {
      Double(epoch) >= Double(epochs) - (length < 1 ? length * Double(epochs) : length)
    }
    var augmentation = augmentation
    if takesPatches { augmentation.patch = .on }
    if isLast(closeAugmentation) { return augmentation.flipsOnly }
    return isLast(closeMosaic) ? augmentation.withoutMosaic : augmentation
  }

  /// The configuration with absolute paths, so that a run can be resumed from any working folder.
  var absolute: TrainingConfig {
    let folder = FileManager.default.currentDirectoryPath
    func absolute(_ path: String) -> String {
      // Not normalized: behind a symbolic link, ".." is the parent of the link's target.
      path.isEmpty || path.hasPrefix("/") ? path : folder + "/" + path
    }
    var result = self
    result.data = absolute(data)
    if case .file(let path) = weights { result.weights = .file(absolute(path)) }
    result.output = absolute(output)
    return result
  }

  /// The configuration with defaults for unset weights, optimizer, learning rate and its schedule,
  /// weight decay and progressive input size. `batch` must be set before.
  ///
  /// The default learning rate of SGD is proportional to the batch size.
  var resolved: TrainingConfig {
    var result = self
    let weights = weights ?? .usual(for: model)
    let recipe = TrainingRecipe(model: model, startingFrom: weights)
    result.weights = weights
    result.optimizer = optimizer == .auto ? recipe.optimizer : optimizer
    result.learningRate =
      learningRate ?? recipe.learningRate(of: result.optimizer, batch: batch ?? 64)
    result.learningRateCourse = learningRateCourse ?? recipe.learningRateCourse
    result.finalLearningRateFraction =
      finalLearningRateFraction ?? recipe.finalLearningRateFraction
    result.progressive = progressive ?? recipe.progressive
    result.weightDecay = weightDecay ?? result.optimizer.usualWeightDecay
    return result
  }

  /// The learning-rate schedule over all epochs.
  func schedule(stepsPerEpoch: Int) -> LearningRateSchedule {
    let steps = epochs * stepsPerEpoch
    return LearningRateSchedule(
      peak: learningRate ?? 0, course: learningRateCourse ?? .cosine,
      finalLearningRateFraction: finalLearningRateFraction ?? 1,
      momentum: momentum,
      warmupMomentum: optimizer == .sgd ? warmupMomentum : momentum,
      // Limited before the conversion: a setting may be larger than any integer.
      warmupSteps: Int(min(warmupEpochs * Double(stepsPerEpoch), Double(steps)).rounded()),
      totalSteps: steps)
  }
}
