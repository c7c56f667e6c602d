extension Image {
  /// The image with detections drawn as boxes in class colors, labeled with class name and score.
  ///
  /// Lines and text grow with the image. Labels lie inside the image; those of higher scores are
  /// placed first and are drawn on top. Boxes outside of the image or with coordinates that are not
  /// finite are not drawn.
  ///
  /// The result is 8-bit RGB, whatever the format of this image; alpha is dropped.
  ///
  /// - Parameters:
  ///   - detections: Boxes in pixels of this image.
  ///   - classNames: The names by class index; an index without a name is drawn as "class 7".
  public func drawing(
    _ detections: [Detection], classNames: [String], options: DrawingOptions = DrawingOptions()
  ) -> Image {
    drawing(
      detections.map { DrawnObject(box: $0.box, classIndex: $0.classIndex, score: $0.score) },
      classNames: classNames, options)
  }

  /// The image with annotations, drawn as detections are, without scores; labels of larger objects
  /// are placed first.
  ///
  /// - Parameters:
  ///   - annotations: Boxes in pixels of this image.
  ///   - classNames: The names by class index; an index without a name is drawn as "class 7".
  public func drawing(_ annotations: [Annotation], classNames: [String]) -> Image {
    drawing(
      annotations.sorted { $0.box.area > $1.box.area }
        .map { DrawnObject(box: $0.box, classIndex: $0.classIndex, score: nil) },
      classNames: classNames, DrawingOptions())
  }

  private func drawing(
    _ objects: [DrawnObject], classNames: [String], _ options: DrawingOptions
  ) -> Image {
    let style = DrawingStyle(width: width, height: height, lineWidth: options.lineWidth)
    var canvas = Canvas(format == .rgb8 ? self : converted(to: .rgb8))
    let best = objects.enumerated().compactMap { index, object in
      pixels(of: object.box).map { (index: index, object: object, region: $0) }
    }.sorted { ($1.object.score ?? 1, $0.index) < ($0.object.score ?? 1, $1.index) }

    for item in best.reversed() {
      canvas.outline(
        item.region, thickness: style.lineWidth, .ofClass(item.object.classIndex))
    }
    var placement = LabelPlacement(width: width, height: height)
    var labels: [(text: String, region: PixelRegion, color: Color)] = []
    for item in best where options.showsLabels {
      let classIndex = item.object.classIndex
      let name =
        classNames.indices.contains(classIndex) ? classNames[classIndex] : "class \(classIndex)"
      guard
        let text = style.labelText(
          name: name, score: options.showsScores ? item.object.score : nil, width: width),
        let region = placement.place(
          labelWidth: style.labelWidth(text.count), labelHeight: style.labelHeight,
          at: item.region)
      else { continue }
      labels.append((text, region, .ofClass(classIndex)))
    }
    for label in labels.reversed() {
      canvas.fill(label.region, label.color)
      canvas.write(
        label.text, x: label.region.x + style.margin, y: label.region.y + style.margin,
        scale: style.textScale, label.color.contrasting)
    }
    return canvas.image
  }

  /// A box rounded to whole pixels and clipped to the image, at least one pixel; nil if the box
  /// lies outside or is not finite.
  private func pixels(of box: Box) -> PixelRegion? {
    guard box.isFinite, box.x1 <= box.x2, box.y1 <= box.y2 else { return nil }
    let cut = box.clipped(toWidth: Double(width), height: Double(height))
    guard box.x1 < Double(width), box.y1 < Double(height), box.x2 > 0, box.y2 > 0 else {
      return nil
    }
    let x = min(Int(cut.x1.rounded()), width - 1)
    let y = min(Int(cut.y1.rounded()), height - 1)
    return PixelRegion(
      x: x, y: y, width: max(Int(cut.x2.rounded()) - x, 1),
      height: max(Int(cut.y2.rounded()) - y, 1))
  }
}

/// A box to draw; its score, if any, is printed after the name.
private struct DrawnObject {
  let box: Box
  let classIndex: Int
  let score: Float?
}
