import Basics
import Engine
import Loading
import Networks

extension Knob {
  /// All training settings, grouped by heading.
  package static let sections: KeyValuePairs<KnobGroup, [Knob]> = [
    .data: data, .length: length, .loss: loss, .optimizer: optimizer, .color: color,
    .geometry: geometry, .mixing: mixing, .images: images, .machine: machine, .run: run,
  ]
  package static let all = sections.flatMap(\.value)

  /// The setting with a name, which must exist.
  package static func named(_ name: String) -> Knob {
    guard let knob = all.first(where: { $0.name == name }) else {
      preconditionFailure("there is no setting \(name)")
    }
    return knob
  }

  private static let data = [
    Knob(
      "data", \.data, short: "d", unit: "path",
      help: "Dataset: a folder (Pascal VOC, YOLO, COCO, CreateML, LabelMe, images and masks), a "
        + "data.yaml or a COCO annotation file"),
    Knob(
      "classes", \.classes, unit: "names", unset: "all",
      help:
        "Classes to train, by name or index, separated by commas: the weights have these alone, "
        + "and objects of other classes are dropped, which makes them background"),
    Knob(
      flag: "single_cls", \.singleClass,
      help: "Train all classes as one class, which is named object"),
    Knob(
      "fraction", \.fraction, .part, unit: "fraction",
      help: "Fraction of the training images, stratified by class and chosen by --seed, for quick "
        + "tries"),
    Knob(
      "folds", \.folds, .from(2, to: 1000), unit: "count", unset: "no cross-validation",
      help:
        "Cross-validation: divides the train and val images into this many parts, stratified by "
        + "class and with near-duplicates together, and trains once per part, which is validated on"
    ),
    Knob(
      "fold", \.fold, .from(1, to: 1000), unit: "number", unset: "all, one after another",
      help: "Train only this one of --folds"),
    Knob(
      "model", \.model, .among(ModelCatalog.listed.map(\.name), "a model that can be trained"),
      unit: "name",
      help: "Model from the catalog"),
    Knob(
      "weights", \.weights, short: "w", unit: "file",
      unset: "builtin if they are of the model, else none",
      help:
        "Initial weights: a file, a run folder for its best ones, builtin, or none for random ones"),
    Knob(
      "freeze", \.freeze, unit: "patterns", word: "none",
      help:
        "Parameters that are not trained: scopes such as backbone, or patterns with * and ? over "
        + "their names, separated by commas. Batch normalizations among them keep their statistics"
    ),
    Knob(
      "imgsz", \.imgsz, .inputSize, unit: "pixels",
      help: "Input size: the longer side, the other following the shape of the images; or HxW"),
    Knob(
      "multi_scale", \.multiScale, .from(0, to: 0.5), unit: "fraction",
      help: "Maximum relative change of the input size between batches"),
    Knob(
      "progressive", \.progressive, .from(0.25, to: 1), unit: "fraction",
      unset: byRecipe { $0.progressive.optionText },
      help:
        "Input size of the first half of the epochs, as a fraction of --imgsz; the next 30 % have "
        + "the mean of both"),
  ]

  private static let length = [
    Knob("epochs", \.epochs, .from(1, to: 1_000_000), short: "e", help: "Number of epochs"),
    Knob(
      "time", \.time, unit: "time",
      help:
        "Time for the training, such as 2h or 30m: the number of epochs that fits into it, by the "
        + "speed of some steps, replaces --epochs and is saved in config.json"),
    Knob(
      "batch", \.batch, .batch, short: "b", unit: "images", word: "auto",
      help:
        "Batch size; auto selects 16, or 8 for less than 150 images, halved until it needs at most 80 % "
        + "of the memory, or of the control group's limit"),
    Knob(
      "accumulate", \.accumulate, .from(1, to: 1024), unit: "batches",
      help: "Batches whose gradients are averaged for one step of the optimizer"),
    Knob(
      "patience", \.patience, .atLeast(0), unit: "validations",
      help:
        "Early-stopping patience: validations without improvement, with flat-cosine only those of "
        + "the second half; 0 never stops early"),
    Knob(
      "val_interval", \.validationInterval, .atLeast(0), unit: "epochs",
      help: "Epochs between validations; 0 validates after the last epoch only"),
  ]

  private static let loss = [
    Knob(
      "assigner", \.assigner,
      help: "Label assignment: task-aligned (TOOD, YOLOv8) or SimOTA (YOLOX)"),
    Knob("box_loss", \.boxLoss, help: "Box regression loss"),
    Knob("box", \.boxWeight, .from(0, to: 1000), unit: "weight", help: "Weight of the box loss"),
    Knob(
      "cls", \.classWeight, .from(0, to: 1000), unit: "weight",
      help: "Weight of the classification loss"),
    Knob(
      "seg_loss", \.segmentationLoss,
      help: "Losses of segmentation with their weights: "
        + "\(SegmentationLossMix.Kind.allCases.map(\.rawValue).joined(separator: ", ")), as in "
        + "0.5*bce+dice; ce and bce are the cross-entropy of the model's softmax or sigmoid"),
    Knob(
      "deep_supervision", \.deepSupervision,
      .from(0, to: SegmentationHead.maximumAuxiliaryOutputs), unit: "outputs",
      help:
        "Outputs of half of the size, a quarter and so on that segmentation is trained on, too, "
        + "with the weights 0.5, 0.25, 0.125"),
    Knob(
      "weight_map", \.weightMap,
      help:
        "Pixel weights for segmentation: borders weights gaps between close objects up to 11 times "
        + "(U-Net), balanced weights classes by their pixels, too"),
    Knob(
      "class_weights", \.classWeights, word: "none",
      help: "Weights of the background and of each class in ce, bce and focal, such as 1,5"),
  ]

  private static let optimizer = [
    Knob("optimizer", \.optimizer, help: "Optimizer; auto selects muon, and adamw in fine-tuning"),
    Knob(
      "lr0", \.learningRate, .above(0), aliases: ["lr"], unit: "rate",
      unset: byRecipe { $0.learningRate(of: .adamw, batch: 64).optionText }
        + "; sgd \(TrainingRecipe.scratch.learningRate(of: .sgd, batch: 64).optionText) x batch / 64",
      help: "Learning rate after the warm-up, used as given for any batch size"),
    Knob(
      "lr_schedule", \.learningRateCourse, unset: byRecipe { $0.learningRateCourse.rawValue },
      help:
        "Learning rate after the warm-up: a cosine, or flat for half of the steps, then a cosine"
    ),
    Knob(
      "lrf", \.finalLearningRateFraction, .from(0, to: 1), unit: "fraction",
      unset: byRecipe { $0.finalLearningRateFraction.optionText },
      help: "Final learning rate, as a fraction of --lr0"),
    Knob(
      "momentum", \.momentum, .from(0, below: 1),
      help: "Momentum of sgd, beta1 of adamw and of muon's adamw"),
    Knob(
      "weight_decay", \.weightDecay, .atLeast(0), unset: usual(\.usualWeightDecay),
      help: "Weight decay, not applied to biases and norms"),
    Knob("warmup_epochs", \.warmupEpochs, .atLeast(0), unit: "epochs", help: "Warm-up epochs"),
    Knob(
      "warmup_momentum", \.warmupMomentum, .from(0, below: 1),
      help: "Momentum of sgd at the first step"),
    Knob("clip", \.clip, .above(0), unit: "norm", help: "Gradient clipping: maximum norm"),
    fraction(
      "ema_memory", \.emaMemory,
      help: "Memory of the exponential moving average (EMA) of the weights, as a fraction of all "
        + "steps; at most 10000 steps"),
  ]

  private static let color = [
    fraction(
      "hsv_h", \.augmentation.hue, .from(0, to: 0.5),
      help: "Maximum hue shift, as a fraction of the color circle"),
    fraction("hsv_s", \.augmentation.saturation, help: "Maximum relative change of saturation"),
    fraction(
      "hsv_v", \.augmentation.value, help: "Maximum relative change of value, the largest channel"),
    fraction(
      "brightness", \.augmentation.brightness,
      help: "Maximum change of brightness, as a fraction of white"),
    fraction("contrast", \.augmentation.contrast, help: "Maximum relative change of contrast"),
    fraction(
      "gamma", \.augmentation.gamma,
      help: "Maximum relative change of gamma: 0.5 gives 1/1.5 to 1.5"),
    probability("gray", \.augmentation.gray, "conversion to grayscale"),
    probability("blur", \.augmentation.blur, "Gaussian blur"),
    fraction(
      "noise", \.augmentation.noise,
      help: "Maximum standard deviation of Gaussian noise, as a fraction of white"),
    probability("jpeg", \.augmentation.jpeg, "JPEG compression artifacts"),
    probability("erasing", \.augmentation.erasing, "graying out a rectangle"),
  ]

  private static let geometry = [
    Knob(
      "degrees", \.augmentation.degrees, .from(0, to: 180), unit: "degrees",
      help: "Maximum rotation"),
    fraction(
      "translate", \.augmentation.translate,
      help: "Maximum translation, as a fraction of the input size"),
    fraction(
      "scale", \.augmentation.scale, .from(0, below: 1),
      help: "Maximum change of scale: 0.5 gives factors from 0.5 to 1.5"),
    Knob(
      "shear", \.augmentation.shear, .from(0, to: 60), unit: "degrees",
      help: "Maximum shear along each axis"),
    Knob(
      "perspective", \.augmentation.perspective, .from(0, to: 0.001), unit: "coefficient",
      help: "Maximum perspective coefficient"),
    probability("fliplr", \.augmentation.flip, "a horizontal flip"),
    probability("flipud", \.augmentation.flipUpDown, "a vertical flip"),
    probability(
      "crop", \.augmentation.crop,
      "cropping an image outside a mosaic to a part that keeps objects"),
    Knob(
      "elastic", \.augmentation.elastic, .from(0, to: 200), unit: "pixels",
      help:
        "Elastic deformation of images with masks: standard deviation of the displacements of a grid "
        + "of 3 x 3, in pixels of the input (U-Net)"),
    Knob(
      "patch", \.augmentation.patch,
      help:
        "Train on random windows of the images at their own scale instead of whole images; auto does so "
        + "for segmentation. Mosaic, --crop and --translate are off then"),
    probability(
      "patch_foreground", \.augmentation.patchForeground,
      "placing such a window around a pixel of a class"),
    Knob(
      "padding", \.augmentation.padding,
      help: "What is shown outside of an image: gray, or the image mirrored; auto mirrors windows"),
  ]

  private static let mixing = [
    probability("mosaic", \.augmentation.mosaic, "a mosaic of four images"),
    fraction("mosaic9", \.augmentation.mosaic9, help: "Fraction of the mosaics with nine images"),
    probability("mixup", \.augmentation.mixup, "blending two images"),
    probability(
      "copy_paste", \.augmentation.copyPaste,
      "pasting objects of another image, where labels have polygons or masks"),
    Knob(
      "close_mosaic", \.closeMosaic, .atLeast(0), unit: "epochs",
      help: "Final epochs without mosaic and mixup; below 1 a fraction of all epochs"),
    Knob(
      "close_augmentation", \.closeAugmentation, .atLeast(0), unit: "epochs",
      help: "Final epochs with flips as the only augmentation; below 1 a fraction of all epochs"),
  ]

  private static let images = [
    fraction(
      "repeat_threshold", \.repeatThreshold,
      help: "Repeat-factor sampling threshold (LVIS): images of rarer classes are repeated"),
    Knob(
      "cache", \.cache, .from(0, to: 1 << 24), unit: "MiB",
      help: "Memory for decoded images, in MiB"),
    Knob(
      flag: "strict", \.strict,
      help:
        "End with exit code 4 at a damaged JPEG, and at an unreadable image instead of replacing it"
    ),
    Knob(
      flag: "skip_invalid", \.skipInvalid,
      help: "Skip and list invalid labels instead of ending with exit code 4; the exit code is 3"),
  ]

  private static let machine = [
    Knob("threads", \.threads, .threads, unset: "all available", help: "Compute threads"),
    Knob(
      "workers", \.workers, .threads, unit: "threads", unset: "as --threads",
      help: "Threads that decode and augment images"),
    Knob(
      "precision", \.precision,
      help: "Compute precision; auto is the faster one where both were measured, else f32"),
    Knob("seed", \.seed, help: "Random seed"),
  ]

  private static let run = [
    Knob(
      "output", \.output, short: "o", aliases: ["project"], unit: "folder",
      help: "Folder for run folders"),
    Knob(
      "name", \.name, unit: "name", unset: "the next free train-N",
      help: "Name of the run's folder"),
  ]

  private static func fraction(
    _ name: String, _ path: Path<Double>, _ rule: ValueRule<Double> = .from(0, to: 1), help: String
  ) -> Knob {
    Knob(name, path, rule, unit: "fraction", help: help)
  }

  private static func probability(
    _ name: String, _ path: Path<Double>, _ event: String
  ) -> Knob {
    Knob(name, path, .from(0, to: 1), unit: "probability", help: "Probability of \(event)")
  }

  /// "0.012 from scratch, 0.003 in fine-tuning": the default of each recipe.
  private static func byRecipe(_ value: (TrainingRecipe) -> String) -> String {
    let defaults = TrainingRecipe.allCases.map { (name: $0.name, value: value($0)) }
    let first = defaults[0].value
    guard defaults.contains(where: { $0.value != first }) else { return first }
    return defaults.map { "\($0.value) \($0.name)" }.joined(separator: ", ")
  }

  /// "adamw 0.05, sgd 0.0005": the default of each optimizer.
  private static func usual(_ value: KeyPath<OptimizerChoice, Double>) -> String {
    [OptimizerChoice.muon, .adamw, .sgd].map { "\($0.rawValue) \($0[keyPath: value].optionText)" }
      .joined(separator: ", ")
  }
}

extension ValueRule where Value == Double {
  /// A fraction that is not 0.
  package static var part: ValueRule {
    .rule("above 0, at most 1", expected: "a number above 0, at most 1") { $0 > 0 && $0 <= 1 }
  }
}

extension ValueRule where Value == Int {
  /// Images per step.
  package static var batch: ValueRule { .from(1, to: 4096) }
  package static var threads: ValueRule { .from(1, to: 1024) }
}

extension OptimizerChoice: OptionWord {}
extension Assigner: OptionWord {}
extension BoxLoss: OptionWord {}
extension LearningRateCourse: OptionWord {}
extension PrecisionChoice: OptionWord, Codable {}
extension PaddingMode: OptionWord, Codable {}
extension WeightMap: OptionWord, Codable {}
extension PatchChoice: OptionWord, Codable {}
