import Basics

extension SegmentationMetrics {
  /// A metric of all images.
  public struct Number: Hashable, Sendable {
    /// The name in texts.
    public let name: String
    /// The key in JSON and CSV.
    public let key: String
    /// The value; nil where it is undefined.
    public let value: Double?
    /// Decimal places in texts.
    let digits: Int

    init(_ name: String, _ key: String, _ value: Double?, digits: Int = 3) {
      (self.name, self.key, self.value, self.digits) = (name, key, value, digits)
    }

    /// The value in a table.
    package var cell: Table.Value { value.map { .number($0, digits: digits) } ?? .missing }
  }

  /// The metrics of all images, in the order in which they are printed.
  public var numbers: [Number] {
    [
      Number("Dice", "dice", dice),
      Number("Dice, mean over images", "dice_image_mean", meanImageDice),
      Number("mIoU", "miou", meanIoU),
      Number("mIoU with background", "miou_with_background", meanIoUWithBackground),
      Number("pixel accuracy", "pixel_accuracy", pixelAccuracy),
      Number("frequency-weighted IoU", "frequency_weighted_iou", frequencyWeightedIoU),
    ] + boundaryNumbers + objectNumbers + maskNumbers
  }

  private var maskNumbers: [Number] {
    guard let mask = maskAveragePrecision else { return [] }
    return [
      Number("mask AP", "mask_ap", mask.ap), Number("mask AP50", "mask_ap50", mask.ap50),
      Number("mask AP75", "mask_ap75", mask.ap75),
    ]
  }

  private var boundaryNumbers: [Number] {
    guard options.measuresBoundaries else { return [] }
    return [
      Number("boundary F1", "boundary_f1", boundaryF1),
      Number("Hausdorff 95, pixels", "hausdorff95", hausdorff95, digits: 1),
    ]
  }

  private var objectNumbers: [Number] {
    guard options.measuresObjects else { return [] }
    let (half, threeQuarters) = (meanObjectRates(0), meanObjectRates(5))
    let pooled = objects.rates(0)
    let thresholds = ObjectCounts.thresholds.indices
    let f1s = thresholds.compactMap { meanObjectRates($0).f1 }
    return [
      Number("object F1 at IoU 0.5", "object_f1_50", half.f1),
      Number("object F1 at IoU 0.75", "object_f1_75", threeQuarters.f1),
      Number(
        "object F1 at IoU 0.5 to 0.95", "object_f1_50_95",
        f1s.isEmpty ? nil : f1s.reduce(0, +) / Double(f1s.count)),
      Number("object precision at IoU 0.5", "object_precision_50", half.precision),
      Number("object recall at IoU 0.5", "object_recall_50", half.recall),
      Number(
        "object F1 at IoU 0.5, pooled", "object_f1_50_pooled", images.isEmpty ? nil : pooled.f1),
      Number("object precision, pooled", "object_precision_50_pooled", pooled.precision),
      Number("object recall, pooled", "object_recall_50_pooled", pooled.recall),
    ]
  }

  /// A table with one row per class.
  public var classTable: Table {
    var columns: [Table.Column] = [
      .words("class", key: "name"), .numbers("images"), .numbers("IoU", key: "iou"),
      .numbers("Dice", key: "dice"), .numbers("Dice of images", key: "dice_image_mean"),
    ]
    if options.measuresBoundaries {
      columns += [
        .numbers("boundary F1", key: "boundary_f1"), .numbers("Hausdorff 95", key: "hausdorff95"),
        .hidden("hausdorff95_undefined"),
      ]
    }
    if options.measuresObjects {
      columns += [
        .numbers("objects"), .numbers("predicted", key: "predicted_objects"),
        .numbers("precision", key: "object_precision_50"),
        .numbers("recall", key: "object_recall_50"), .numbers("F1", key: "object_f1_50"),
      ]
    }
    columns += [.hidden("pixels"), .hidden("predicted_pixels")]
    var table = Table(columns)
    for (name, entry) in zip(classNames, totals.classes.dropFirst()) {
      table.add(row(of: name, entry))
    }
    return table
  }

  private func row(of name: String, _ entry: SegmentationTotals.Class) -> [Table.Value] {
    func cell(_ value: Double?, digits: Int = 3) -> Table.Value {
      value.map { .number($0, digits: digits) } ?? .missing
    }
    var row: [Table.Value] = [
      .text(name), .integer(entry.images), cell(entry.iou), cell(entry.pooledDice),
      cell(entry.occurs ? entry.meanDice(images: images.count) : nil),
    ]
    if options.measuresBoundaries {
      row += [
        cell(entry.boundary.value), cell(entry.hausdorff95.value, digits: 1),
        .integer(entry.undefinedDistances),
      ]
    }
    if options.measuresObjects {
      let rates = entry.objects.rates(0)
      row += [
        .integer(entry.objects.groundTruth), .integer(entry.objects.predicted),
        cell(rates.precision), cell(rates.recall), cell(entry.occurs ? rates.f1 : nil),
      ]
    }
    return row + [.integer(entry.groundTruth), .integer(entry.predicted)]
  }

  /// The rates of objects at each IoU threshold: means over images and, pooled, of all objects.
  public var objectTable: Table {
    var table = Table([
      .numbers("IoU", key: "iou"), .numbers("F1", key: "f1"), .numbers("precision"),
      .numbers("recall"), .numbers("F1, pooled", key: "f1_pooled"), .numbers("matched"),
    ])
    for (place, threshold) in ObjectCounts.thresholds.enumerated() {
      let rates = meanObjectRates(place)
      func cell(_ value: Double?) -> Table.Value {
        value.map { .number($0, digits: 3) } ?? .missing
      }
      table.add([
        .number(threshold, digits: 2), cell(rates.f1), cell(rates.precision), cell(rates.recall),
        cell(images.isEmpty ? nil : objects.rates(place).f1), .integer(objects.matched[place]),
      ])
    }
    return table
  }

  /// A table with one row per image.
  public var imageTable: Table {
    var table = Table([
      .words("image", key: "name"), .numbers("Dice", key: "dice"),
      .numbers("pixel accuracy", key: "pixel_accuracy"),
      .numbers("boundary F1", key: "boundary_f1"),
      .numbers("objects"), .numbers("predicted", key: "predicted_objects"),
      .numbers("matched", key: "matched_objects_50"),
    ])
    for image in images {
      let objects = image.objects
      let boundaries = image.classes.compactMap(\.boundary).map(\.f1)
      table.add([
        .text(image.name), .number(image.dice, digits: 3),
        image.pixelCount > 0
          ? .number(Double(image.correctCount) / Double(image.pixelCount), digits: 3) : .missing,
        boundaries.isEmpty
          ? .missing : .number(boundaries.reduce(0, +) / Double(boundaries.count), digits: 3),
        .integer(objects.groundTruth), .integer(objects.predicted), .integer(objects.matched[0]),
      ])
    }
    return table
  }

  /// The metrics as JSON: `metrics` by key, null where undefined; `classes`; `objects` by IoU
  /// threshold; the confusion matrix, whose rows are predicted values.
  package var json: JSONValue {
    let names = ["background"] + classNames
    let side = names.count
    let undefined: JSONValue =
      options.measuresBoundaries ? ["hausdorff95_undefined": .integer(undefinedDistances)] : [:]
    return
      ([
        "metrics": .object(
          numbers.map { JSONMember(key: $0.key, value: $0.value.map { .number($0) } ?? .null) }),
        "images": .integer(images.count),
        "pixels": .integer(confusion.reduce(0, +)),
        "classes": classTable.json,
        "objects": options.measuresObjects ? objectTable.json : .null,
        "confusion": [
          "classes": .array(names.map { .string($0) }),
          "pixels": .array(
            names.indices.map { predicted in
              .array(confusion[predicted * side..<(predicted + 1) * side].map { .integer($0) })
            }),
        ],
      ] as JSONValue).appending(undefined)
  }

  /// The metrics of several results for a CSV file: a row per result and class, and one per result
  /// over all classes.
  package static func csvTable(_ results: [(name: String, metrics: SegmentationMetrics)]) -> Table {
    let columns = results.first.map { $0.metrics.classTable.columns.compactMap(\.key) } ?? []
    let keys = results.first?.metrics.numbers.map(\.key) ?? []
    let known = Set(columns)
    let extra = keys.filter { !known.contains($0) }
    var table = Table(
      [.words("run"), .words("class", key: "class")]
        + (columns.dropFirst() + extra).map { .numbers($0) })
    for (name, metrics) in results {
      let values = Dictionary(uniqueKeysWithValues: metrics.numbers.map { ($0.key, $0.cell) })
      func all(_ key: String) -> Table.Value {
        switch key {
        case "images": .integer(metrics.images.count)
        case "iou": values["miou"] ?? .blank
        case "objects": .integer(metrics.objects.groundTruth)
        case "predicted_objects": .integer(metrics.objects.predicted)
        case "hausdorff95_undefined": .integer(metrics.undefinedDistances)
        default: values[key] ?? .blank
        }
      }
      table.add(
        [.text(name), .text("all")] + columns.dropFirst().map(all)
          + extra.map { values[$0] ?? .blank })
      for row in metrics.classTable.rows {
        table.add([.text(name)] + row + extra.map { _ in .blank })
      }
    }
    return table
  }
}
