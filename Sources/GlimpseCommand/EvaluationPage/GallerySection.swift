import Glimpse

/// The worst images with what is wrong on them.
struct GallerySection: Sendable {
  let pictures: [GalleryPicture]
  /// The score from which on detections are drawn.
  let confidence: Double

  var markup: Markup {
    if pictures.isEmpty { return .none }
    let keys = GalleryPicture.Kind.allCases.map { kind in
      Markup.element(
        "li", [:], .element("span", ["class": "key \(kind.rawValue)"]), Markup(kind.legend))
    }
    return Page.section(
      "Worst images",
      Markup(
        "With detections of a score of \(HumanFormat.fixed(confidence, 2)) and more, where F1 over "
          + "all classes is best."),
      .element("ul", ["class": "legend"], keys), .element("br"),
      .element("div", ["class": "gallery"], pictures.map(figure)))
  }

  private func figure(_ picture: GalleryPicture) -> Markup {
    let counts = [GalleryPicture.Kind.missed, .false, .wrong].compactMap { kind -> String? in
      let count = picture.count(kind)
      return count > 0 ? "\(count) \(kind.legend)" : nil
    }.joined(separator: ", ")
    let (width, height) = (Double(picture.width), Double(picture.height))
    let image = Markup.element(
      "image",
      [
        "href": picture.dataAddress, "width": "\(picture.width)", "height": "\(picture.height)",
        "preserveAspectRatio": "none",
      ])
    return .element(
      "figure", [:],
      ChartFrame.svg(
        width: width, height: height, label: "\(picture.name): \(counts)",
        [image] + picture.marks.map { box($0, in: picture) } + labels(of: picture)),
      .element(
        "figcaption", [:],
        .element("b", [:], Markup(Self.fileName(picture.name))),
        .element("span", [:], Markup(counts))))
  }

  private static func fileName(_ path: String) -> String {
    String(path.split(separator: "/").last ?? Substring(path))
  }

  private func box(_ mark: GalleryPicture.Mark, in picture: GalleryPicture) -> Markup {
    let box = mark.box.clipped(toWidth: Double(picture.width), height: Double(picture.height))
    func rectangle(_ style: String) -> Markup {
      ChartFrame.rectangle(
        x: box.x1, y: box.y1, width: box.width, height: box.height, style)
    }
    return rectangle("halo")
      + rectangle("box \(mark.kind.rawValue)" + (mark.kind == .missed ? " dashed" : ""))
  }

  /// Names at the boxes that matter most, as far as there is room for them.
  private func labels(of picture: GalleryPicture) -> [Markup] {
    let (width, height) = (Double(picture.width), Double(picture.height))
    // Pictures are about 300 pixels wide on the page, and text should have 11.
    let size = max(width, height * 0.8) / 300 * 11.5
    var placement = LabelSpace()
    return picture.marks.filter { !$0.label.isEmpty }.sorted { $0.weight > $1.weight }
      .compactMap { mark in
        let text = BarChart.shortened(mark.label, to: 150)
        let box = mark.box.clipped(toWidth: width, height: height)
        let extent = Double(text.count) * size * 0.64
        let x = max(0, min(box.x1 + size * 0.2, width - extent))
        let above = box.y1 - size * 0.35
        let baseline = above > size ? above : min(box.y1 + size * 1.15, height - size * 0.3)
        let place = Box(
          x1: x, y1: baseline - size, x2: x + extent, y2: baseline + size * 0.25)
        guard placement.take(place) else { return nil }
        return .element(
          "text",
          [
            "x": ChartScale.coordinate(x), "y": ChartScale.coordinate(baseline),
            "class": "box-label \(mark.kind.rawValue)",
            "font-size": ChartScale.coordinate(size),
            "stroke-width": ChartScale.coordinate(size * 0.28),
          ], Markup(text))
      }
  }
}

/// Room for labels that do not lie on each other.
private struct LabelSpace {
  private var taken: [Box] = []

  /// Takes a place, unless a part of it is taken already.
  mutating func take(_ place: Box) -> Bool {
    guard taken.allSatisfy({ $0.intersection(place).area == 0 }) else { return false }
    taken.append(place)
    return true
  }
}
