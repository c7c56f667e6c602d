import Glimpse

extension Evaluate {
  /// Evaluates files of detections.
  func evaluateFiles(groundTruth path: String, on console: Console) throws -> ExitCode {
    guard !detections.isEmpty else {
      throw CommandError.usage("--annotations needs --detections <path>")
    }
    if holdsMasks(path) { return try evaluateMasks(groundTruth: path, on: console) }
    try checkPaths(
      inputs: [path] + detections
        + [images, scoring.hierarchy, scoring.imageLabels].compactMap(\.self),
      runCount: (mergesDetections ? 1 : detections.count) * types.count)
    if let type = types.first(where: { $0 != .bbox }),
      let option = [
        ("--inclusive-pixels", scoring.includesLastPixels),
        ("--hierarchy", scoring.hierarchy != nil),
      ].first(where: \.1)?.0
    {
      throw CommandError.usage(
        "\(option) is for boxes and cannot be combined with --iou-type \(type.rawValue)")
    }
    let tasks = ThreadPool(threads: threads ?? Machine.availableThreads)
    let split = chosenSplit(of: path, on: console)
    if skipsInvalid,
      FilePath.ending(path) == "csv" || (try? DatasetFormat.sniff(path)) == .coco
    {
      throw CommandError.usage(
        "--skip-invalid is for label files, and a file of all annotations is evaluated as a whole")
    }
    func read(_ type: OverlapChoice) throws -> GroundTruth {
      var groundTruth = try GroundTruth.read(
        path, split: split, readsMasks: type != .bbox, countsDifficult: countsDifficult,
        includesLastPixels: scoring.includesLastPixels, imageLabels: scoring.imageLabels,
        hierarchy: scoring.hierarchy, skipsInvalid: skipsInvalid)
      groundTruth.renames = renames
      return groundTruth
    }
    let groundTruth = try read(types[0])
    try checkRenames(path, groundTruth.classNames)
    IssueReporter.report(groundTruth.issues, on: console)
    try report(groundTruth.mismatches, on: console)
    noteDifficult(groundTruth.groundTruths.ignoredCount, on: console)
    try checkRules(
      groundTruth.path, hasKeypoints: groundTruth.hasKeypoints,
      groundTruth.federation, on: console)
    if groundTruth.isOpenImages {
      console.note(
        "note: \(Sentence.printable(path)) states no image sizes; areas are those in images of "
          + "\(DatasetReading.assumedSize)x\(DatasetReading.assumedSize) pixels"
          + (scoring.imageLabels == nil
            ? ", and without --image-labels detections of all classes count in all images" : ""))
    }
    if groundTruth.groundTruths.count == 0 {
      console.note("note: \(path): there are no labeled objects, so no metric is defined")
    }
    let sets = mergesDetections ? [detections] : detections.map { [$0] }
    var runs: [EvaluationResult] = []
    for (place, type) in types.enumerated() {
      // What counts as an object, and its area, depend on the type.
      let objects = place == 0 ? groundTruth : try read(type)
      runs += try sets.map { try evaluate($0, objects, type, tasks, on: console) }
    }
    try writeFiles(runs, tasks: tasks)
    // For a folder, this is the path of the annotation file that was read.
    let finder = ImageLocator(groundTruth: groundTruth.path, folder: images)
    let explained = try explanation.explain(
      runs,
      facts: [
        ("annotations", path), ("images", "\(groundTruth.images.count)"),
        ("objects", "\(runs.first?.report.groundTruthCount ?? 0)"),
        ("IoU of", types.map(\.title).joined(separator: ", ")),
      ], tasks: tasks
    ) { image in
      let entry = groundTruth.images[image]
      // COCO files hold file names, which must be located; other formats have paths.
      guard entry.id != nil else { return entry.name }
      return entry.leadsOutside ? nil : finder.path(of: entry.name)
    }
    let text = EvaluationText(
      runs, extras, explained, types: types.flatMap { type in sets.map { _ in type } }, tasks: tasks
    )
    try console.write(text.tables, json: text.json(groundTruth: path), asJSON: printsJSON)
    guard groundTruth.unmeasuredCount > 0 else {
      return groundTruth.skippedLabelCount > 0 ? .someInputsFailed : .done
    }
    console.note(
      "\(Sentence.count(groundTruth.unmeasuredCount, "image")) could not be read; "
        + "the sizes and areas of objects in them are assumed")
    return .someInputsFailed
  }

  /// Refuses a target of --map that is no class of the ground truth.
  func checkRenames(_ path: String, _ classNames: [String]) throws(CommandError) {
    for rename in renames where !classNames.contains(rename.groundTruth) {
      throw .usage(
        "--map: \(path) has no class \(Sentence.quoted(rename.groundTruth))"
          + Nearest.suggestion(for: rename.groundTruth, among: classNames))
    }
  }

  /// Reports what the ground truth holds besides COCO's boxes and masks.
  func checkRules(
    _ path: String, hasKeypoints: Bool, _ federation: FederatedLabels?, on console: Console
  ) throws(CommandError) {
    if hasKeypoints {
      console.note(
        "note: \(Sentence.printable(path)) has keypoints, which are not evaluated (there "
          + "is no OKS here); its \(types.map(\.title).joined(separator: " and ")) are")
    }
    guard let federation, scoring.rules == .auto else { return }
    let (name, limit) =
      federation.limitsImages
      ? ("LVIS's", ", and at most \(scoring.parameters(federation).largestLimit) per image count")
      : ("Open Images'", "")
    guard !scoring.isClassAgnostic else {
      throw .usage(
        "--class-agnostic cannot be combined with \(name) rules, which depend on the class; "
          + "--rules coco scores the file as COCO's")
    }
    console.note(
      "note: \(Sentence.printable(path)) has \(name) labels per image: detections of "
        + "classes that are not known to be present or absent in an image are left out\(limit); "
        + "--rules coco scores it as COCO's")
  }

  /// Reports that objects marked difficult are left out of the metrics.
  func noteDifficult(_ count: Int, on console: Console) {
    guard count > 0 else { return }
    console.note(
      "note: \(Sentence.count(count, "object")) marked difficult \(count == 1 ? "is" : "are") "
        + "ignored; --count-difficult counts them")
  }

  /// Evaluates one result, which may consist of several files.
  ///
  /// - Throws: `CommandError` for mismatches with the ground truth, unless they are allowed.
  private func evaluate(
    _ paths: [String], _ groundTruth: GroundTruth, _ type: OverlapChoice,
    _ tasks: any ParallelExecutor, on console: Console
  ) throws -> EvaluationResult {
    let found = try DetectionSet.read(
      paths, for: groundTruth, readsMasks: type != .bbox,
      includesLastPixels: scoring.includesLastPixels, tasks: tasks)
    for note in found.notes { console.note("note: \(Sentence.printable(note))") }
    suggestRenames(of: found.mismatches.unknownClassNames, in: groundTruth.classNames, on: console)
    try report(found.mismatches, on: console)
    guard found.detections.count > 0 || found.mismatches.errorCount == 0 else {
      throw CommandError(
        "\(paths.joined(separator: ", ")): no detection is of an image and a class of "
          + groundTruth.path, exitCode: .invalidDataSet)
    }
    let federation = scoring.rules == .auto ? groundTruth.federation : nil
    let parameters = scoring.parameters(federation)
    var input = EvaluationInput(
      imageNames: groundTruth.images.map(\.name), classNames: groundTruth.classNames,
      groundTruths: groundTruth.groundTruths, detections: found.detections)
    input.federation = federation
    if federation?.limitsImages == true {
      input.federation?.detectionsPerImage = parameters.largestLimit
    }
    if let path = scoring.hierarchy {
      try ClassHierarchyFile.read(
        path, classNames: input.classNames, labelNames: groundTruth.labelNames
      ).expand(&input)
    }
    let result = try EvaluationResult(
      name: paths.joined(separator: " + ") + (types.count > 1 ? " (\(type.rawValue))" : ""), input,
      overlap: type.overlap(groundTruth, found, tasks: tasks),
      parameters: parameters, classes: scoring.selection(groundTruth.classNames),
      tasks: tasks)
    let surplus = result.surplusDetections
    if surplus > 0 {
      console.note(
        "note: \(paths.joined(separator: ", ")): \(Sentence.count(surplus, "detection")) beyond the "
          + "\(result.parameters.largestLimit) of highest score per image and class are not counted"
          + (scoring.detectionLimits == nil ? ", as in the benchmark" : ""))
    }
    return result
  }

  /// Names the option that joins classes of other names.
  func suggestRenames(of names: [String], in classNames: [String], on console: Console) {
    let suggestions = ClassRename.suggestions(for: names, in: classNames)
    guard !suggestions.isEmpty else { return }
    let list = suggestions.map(\.optionText).joined(separator: ",")
    console.note("note: classes of other names can be joined: --map \(Sentence.quoted(list))")
  }

  /// The IoU types, each once.
  private var types: [OverlapChoice] {
    overlaps.isEmpty ? [.bbox] : OverlapChoice.allCases.filter(overlaps.contains)
  }

  /// Lists mismatches and warnings. Mismatches end the evaluation unless `--allow-mismatches` is
  /// given, and warnings end it with `--strict`.
  func report(_ mismatches: ConsistencyIssues, on console: Console) throws(CommandError) {
    for kind in ConsistencyIssues.Kind.allCases where mismatches.count(kind) > 0 {
      let head = (kind.isError ? "" : "warning: ") + kind.rawValue
      for sentence in mismatches.sentences(kind) {
        console.note("\(head): \(Sentence.printable(sentence))")
      }
      let rest = mismatches.restCount(kind)
      if rest > 0 { console.note("\(head): and \(rest) more") }
    }
    let errors = mismatches.errorCount
    if errors > 0, !allowsMismatches {
      throw CommandError(
        "inconsistent ground truth or detections: "
          + "\(Sentence.count(errors, "mismatch", plural: "mismatches")), listed above; "
          + "use --allow-mismatches to evaluate anyway", exitCode: .invalidDataSet)
    }
    let warnings = mismatches.count - errors
    if warnings > 0, isStrict {
      throw CommandError(
        "--strict refuses the \(Sentence.count(warnings, "warning")) listed above",
        exitCode: .invalidDataSet)
    }
    if errors > 0 {
      console.warn(
        "\(Sentence.count(errors, "entry", plural: "entries")) \(errors == 1 ? "does" : "do") not match the ground "
          + "truth; those of an unknown image or class are left out")
    }
  }
}

extension OverlapChoice {
  /// What is compared.
  fileprivate var title: String {
    switch self {
    case .bbox: "boxes"
    case .segm: "masks"
    case .boundary: "masks and boundaries"
    }
  }

  fileprivate func overlap(
    _ groundTruth: GroundTruth, _ found: DetectionSet, tasks: any ParallelExecutor
  ) -> PairwiseIoU {
    switch self {
    case .bbox: .boxes
    case .segm: .masks(groundTruths: groundTruth.masks, detections: found.masks)
    case .boundary:
      .boundaries(groundTruths: groundTruth.masks, detections: found.masks, tasks: tasks)
    }
  }
}
