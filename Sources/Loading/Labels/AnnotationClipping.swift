import Imaging

/// The labels of images that were drawn into an input, clipped to what is visible.
struct AnnotationClipping: Hashable {
  /// The training targets.
  var objects: [ClippedObject] = []
  /// Crowd regions and difficult objects, in pixels of the input: neither targets nor background.
  var ignored: [Box] = []

  /// Which labels are kept.
  struct Rule {
    /// The minimum visible fraction of a box's area; boxes below it are dropped.
    var minimumVisibleFraction = 0.0
    /// The minimum width and height of a box, in pixels of the input; smaller boxes are dropped.
    var minimumSide = 0.0

    /// Keeps every box with a nonzero area.
    static let all = Rule()

    func keeps(_ object: ClippedObject) -> Bool {
      let box = object.annotation.box
      return box.width >= minimumSide && box.height >= minimumSide
        && object.visibleFraction >= minimumVisibleFraction
    }
  }

  /// Adds an image's labels, transformed and clipped; see `ClippedObject`.
  mutating func add(
    _ annotations: [Annotation], showing part: Box, through transform: ProjectiveTransform,
    width: Int, height: Int, rule: Rule
  ) {
    for annotation in annotations {
      let object = ClippedObject(
        annotation, showing: part, through: transform, width: width, height: height)
      guard let object else { continue }
      if annotation.isIgnored {
        ignored.append(object.annotation.box)
      } else if rule.keeps(object) {
        objects.append(object)
      }
    }
  }

  /// Removes covered pixels from the objects, and drops objects of which too little remains.
  ///
  /// Ignored regions are not changed: they are not targets.
  mutating func cover(_ pixels: RunLengthMask, rule: Rule) {
    objects = objects.compactMap { $0.covered(by: pixels) }.filter(rule.keeps)
  }
}
