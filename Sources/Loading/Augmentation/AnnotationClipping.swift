import Imaging

/// What is left of images' labels after they were drawn into an input.
struct AnnotationClipping {
  /// Objects to train on.
  var objects: [ClippedObject] = []
  /// Crowds: regions where neither finding nor missing should be held against the network.
  var ignored: [Box] = []

  /// Objects to train on, in pixels of the input.
  var targets: [Annotation] { objects.map(\.annotation) }

  /// What stays visible of labels.
  struct Rule {
    /// Boxes that keep less of their area are dropped.
    var minimumVisibleFraction = 0.0
    /// Boxes less wide or high, in pixels of the input, are dropped.
    var minimumSide = 0.0

    /// Keeps whatever has an area.
    static let all = Rule()

    /// Whether enough of an object is left to learn from it.
    func keeps(_ object: ClippedObject) -> Bool {
      let box = object.annotation.box
      return box.width >= minimumSide && box.height >= minimumSide
        && object.visibleFraction >= minimumVisibleFraction
    }
  }

  /// Adds an image's labels as a transform and a cut leave them.
  ///
  /// With a polygon, the box is that of the polygon where it went; without, that of where its
  /// corners went. Either is cut to what the input shows first.
  ///
  /// - Parameters:
  ///   - part: What is shown of the image, in its pixels.
  ///   - transform: From pixels of the original image to pixels of the input.
  ///   - width: The width of the input, in pixels.
  ///   - height: The height of the input, in pixels.
  mutating func add(
    _ annotations: [Annotation], showing part: Box, through transform: ProjectiveTransform,
    width: Int, height: Int, rule: Rule
  ) {
    for annotation in annotations {
      let view = SegmentationTransform(
        annotation, showing: part, through: transform, width: width, height: height)
      guard let view else { continue }
      if annotation.isCrowd {
        ignored.append(view.box)
        continue
      }
      var target = annotation
      target.box = view.box
      target.segmentation = view.segmentation
      target.stated = nil
      let object = ClippedObject(annotation: target, visibleFraction: view.visibleFraction)
      if rule.keeps(object) { objects.append(object) }
    }
  }

  /// Adds the labels of an image that is blended in.
  mutating func add(_ other: AnnotationClipping) {
    objects += other.objects
    ignored += other.ignored
  }

  /// Takes what lies under some pixels from the objects, and drops those of which too little is left.
  ///
  /// Crowds stay: they are no objects to be found.
  mutating func cover(_ pixels: RunLengthMask, rule: Rule) {
    objects = objects.compactMap { $0.covered(by: pixels) }.filter(rule.keeps)
  }
}

extension AugmentationConfig {
  /// Which labels are kept.
  var rule: AnnotationClipping.Rule {
    AnnotationClipping.Rule(
      minimumVisibleFraction: minimumVisibleFraction, minimumSide: minimumSide)
  }
}
