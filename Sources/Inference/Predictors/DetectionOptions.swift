import Basics
import Imaging
import Networks

/// Options of a detector: score threshold, NMS, classes, tiles, test-time augmentation.
public struct DetectionOptions: Hashable, Sendable {
  /// The score threshold, 0...1.
  public var confidence: Float
  /// IoU threshold for NMS, 0...1.
  public var iou: Double
  /// Maximum detections per image after NMS; those with the highest scores are kept.
  public var maximumDetections: Int
  /// Whether boxes of different classes suppress each other in NMS.
  public var isClassAgnostic: Bool
  /// Whether every class above the threshold is kept at an anchor point, or only the
  /// highest-scoring one.
  public var isMultiLabel: Bool
  /// The classes to detect, as indices; nil for all.
  public var classes: Set<Int>?
  /// The kind of NMS.
  public var nms = NMSKind.hard
  /// Whether sides are x2 - x1 + 1 pixels in the IoU of NMS, as some networks of other programs want
  /// it.
  package var countsEndPixels = false
  /// The minimum length of the shorter side of a box, in pixels of the original image.
  public var minimumSize = 0.0
  /// Whether each image is also seen mirrored and at the factors `augmentedScales` of the input size
  /// (test-time augmentation), at six times the cost.
  public var augments = false
  /// The side of the square tiles, in pixels of the original image, in which images larger than a tile
  /// are seen besides the whole image, and again at a half of their scale, a quarter and so on; a
  /// multiple of 32. Nil for no tiles.
  public var tile: Int?
  /// The part of a tile's side that neighboring tiles share, at least; 0 to 0.75.
  public var overlap = 0.2
  /// How detections of different tiles are merged.
  public var merge = TileMerge.ios
  /// The number of tiles per run of the network; results do not depend on it.
  public var batch = 1

  /// The factors of the input size in test-time augmentation.
  package static let augmentedScales = [1, 0.83, 1.17]

  /// Makes options; the defaults are those of `glimpse detect`.
  public init(
    confidence: Float = 0.25, iou: Double = 0.7, maximumDetections: Int = 300,
    classAgnostic: Bool = false, multiLabel: Bool = false, classes: Set<Int>? = nil
  ) {
    self.confidence = confidence
    self.iou = iou
    self.maximumDetections = maximumDetections
    isClassAgnostic = classAgnostic
    isMultiLabel = multiLabel
    self.classes = classes
  }

  /// Options for evaluation by the COCO metric: a score threshold of 0.001 and several classes per
  /// anchor point.
  public static let evaluation = DetectionOptions(confidence: 0.001, multiLabel: true)
}

extension DetectionOptions {
  /// How large inputs may be, as factors of the input size.
  var scales: [Double] { augments ? Self.augmentedScales : [1] }

  /// The detections of several networks or views of one region, reduced by NMS.
  func reduce(_ lists: [[Detection]]) -> [Detection] {
    guard !countsEndPixels else {
      // A box that is a pixel larger has just these sides.
      var options = self
      options.countsEndPixels = false
      return options.reduce(lists.map { $0.map { $0.extended(by: 1) } })
        .map { $0.extended(by: -1) }
    }
    return nms.reduce(
      lists, iouThreshold: iou, minimumScore: confidence, classAgnostic: isClassAgnostic,
      maximumDetections: maximumDetections)
  }
}

extension Detection {
  /// With the lower right corner moved by some pixels.
  fileprivate func extended(by pixels: Double) -> Detection {
    var result = self
    result.box.x2 += pixels
    result.box.y2 += pixels
    return result
  }
}

extension DetectionOptions {
  /// The settings that a family of detectors of other programs has values of its own for.
  package enum Setting: Sendable {
    case confidence, iou, nms, isClassAgnostic
  }

  /// Takes the thresholds and the NMS of a network of another program.
  ///
  /// - Parameter kept: The settings that stay as they are.
  package mutating func adopt(_ rule: Recipe.DetectionRule, except kept: Set<Setting>) {
    if !kept.contains(.confidence) { confidence = rule.confidence }
    if !kept.contains(.iou) { iou = rule.iou }
    if !kept.contains(.isClassAgnostic) { isClassAgnostic = rule.isClassAgnostic }
    if !kept.contains(.nms) {
      nms = rule.blends ? .blend : .hard
      countsEndPixels = rule.countsEndPixels
    }
  }
}
