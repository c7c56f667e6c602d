import Imaging

/// What is left of a picture's labels after it was drawn into an input.
struct VisibleAnnotations {
  /// Objects to train on, in pixels of the input.
  var targets: [Annotation] = []
  /// Crowds: regions where neither finding nor missing should be held against the network.
  var ignored: [Box] = []

  /// Adds a picture's labels as a transform and a cut leave them.
  ///
  /// - Parameters:
  ///   - transform: From pixels of the original picture to pixels of the input.
  ///   - bounds: The part of the input that the picture may cover.
  ///   - minimumVisibleFraction: Boxes that keep less of their area are dropped.
  ///   - minimumSide: Boxes less wide or high, in pixels of the input, are dropped.
  mutating func add(
    _ annotations: [Annotation], through transform: AffineTransform, bounds: Box,
    minimumVisibleFraction: Double, minimumSide: Double
  ) {
    for annotation in annotations {
      let whole = transform.apply(annotation.box)
      let visible = whole.intersection(bounds)
      guard visible.width > 0, visible.height > 0 else { continue }
      if annotation.isCrowd {
        ignored.append(visible)
        continue
      }
      guard visible.width >= minimumSide, visible.height >= minimumSide,
        visible.area >= minimumVisibleFraction * whole.area
      else { continue }
      var target = annotation
      target.box = visible
      target.stated = nil
      targets.append(target)
    }
  }
}
