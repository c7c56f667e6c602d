import Imaging

/// What is left of pictures' labels after they were drawn into an input.
struct VisibleAnnotations {
  /// Objects to train on, in pixels of the input.
  var targets: [Annotation] = []
  /// Crowds: regions where neither finding nor missing should be held against the network.
  var ignored: [Box] = []

  /// What stays visible of labels.
  struct Rule {
    /// Boxes that keep less of their area are dropped.
    var minimumVisibleFraction = 0.0
    /// Boxes less wide or high, in pixels of the input, are dropped.
    var minimumSide = 0.0

    /// Keeps whatever has an area.
    static let all = Rule()
  }

  /// Adds a picture's labels as a transform and a cut leave them.
  ///
  /// With an outline, the box is that of the outline where it went; without, that of where its
  /// corners went. Either is cut to what the input shows first.
  ///
  /// - Parameters:
  ///   - part: What is shown of the picture, in its pixels.
  ///   - transform: From pixels of the original picture to pixels of the input.
  ///   - width: The width of the input, in pixels.
  ///   - height: The height of the input, in pixels.
  mutating func add(
    _ annotations: [Annotation], showing part: Box, through transform: ProjectiveTransform,
    width: Int, height: Int, rule: Rule
  ) {
    for annotation in annotations {
      let view = OutlineView(
        annotation, showing: part, through: transform, width: width, height: height)
      guard let view else { continue }
      if annotation.isCrowd {
        ignored.append(view.box)
        continue
      }
      guard view.box.width >= rule.minimumSide, view.box.height >= rule.minimumSide,
        view.visibleFraction >= rule.minimumVisibleFraction
      else { continue }
      var target = annotation
      target.box = view.box
      target.outline = view.outline
      target.stated = nil
      targets.append(target)
    }
  }

  /// Drops the objects of which too little is left when a part of the input is covered.
  mutating func hide(_ region: PixelRegion, minimumVisibleFraction: Double) {
    let cover = Box(
      x1: Double(region.x), y1: Double(region.y), x2: Double(region.x + region.width),
      y2: Double(region.y + region.height))
    targets.removeAll { target in
      let hidden = target.box.intersection(cover).area
      return target.box.area - hidden < max(minimumVisibleFraction * target.box.area, 1e-9)
    }
  }
}
