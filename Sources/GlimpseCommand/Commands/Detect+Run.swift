import Glimpse

extension Detect {
  func run(on console: Console) throws -> ExitCode {
    let shard = try run.chosenShard()
    let source = run.foundImages(on: console)
    noteLostClasses(on: console)
    if source.isEmpty { return .fatal }
    let sources = [weights] + otherWeights
    let models = try sources.loadDetectors(imports, imageSize: imageSize)
    var options = detection
    options.adopt(models[0], given: given)
    options.classes = try ClassChoice.indices(classes, among: models[0].description.classNames)
    options.batch = batch
    let backend = try ComputeBackend(threads: threads, precision: precision.of(models), on: console)
    let detectors = backend.divided(among: source.knownCount, batch: batch).map {
      Detector(models, imageSize: imageSize, options: options, pool: $0, kernels: backend.kernels)
    }
    return try detect(
      source, shard, with: detectors, ModelFacts(models, sources, backend.kernels), on: console)
  }

  /// Runs detectors of the same models over the images of a source.
  private func detect<D: Predictor<[Detection]>>(
    _ source: InputSource, _ shard: Shard, with detectors: [D], _ facts: ModelFacts,
    on console: Console
  ) throws -> ExitCode {
    let classNames = detectors[0].description.classNames
    let policy = detectors[0].policy(strict: isStrict, maximumPixels: maximumPixels)
    func naming() -> RunInputs.Naming? {
      guard writesFiles else { return nil }
      var names = OutputNames(stemsDiffer: sharesStems)
      return { names.name(of: $0) }
    }
    let folder = try run.makeFolder(for: Self.name, writesFiles: writesFiles)
    defer { folder?.removeIfUnused() }
    let results = try folder.map {
      try ResultRun(
        in: $0.path, of: Self.name, run, shard: shard, facts: facts, options: resultOptions,
        name: naming())
    }
    if let code = results?.resume(on: console) { return code }
    let done = results?.parts.done ?? 0
    var source = source
    source.isCancelled = { Interruption.isRequested }
    var inputs = RunInputs(source, shard: shard, done: done, name: naming())
    let reporter = DetectionReporter(
      classNames: classNames,
      imageCount: (results?.inputCount ?? source.knownCount).map { $0 - done },
      run, printsLines: !printsJSON && !run.isQuiet, on: console)
    var sinks: [any Sink<[Detection]>] = []
    if let results {
      sinks.append(RowSink<[Detection]>(classNames: classNames, facts.rows, into: results.parts))
    }
    if printsJSON {
      sinks.append(
        JSONLinesSink<[Detection]>(classNames: classNames, facts.rows) {
          try console.print($0.joined(separator: "\n"))
        })
    }
    var pipeline = InferencePipeline(detectors, policy: policy, batch: batch)
    if let folder {
      pipeline.outputs = try outputs(folder, classNames: classNames, policy: policy)
    }
    let summary = try Interruption.whileFinishing {
      try pipeline.run(&inputs, into: sinks + [reporter], until: { Interruption.isRequested })
    }
    try RunOptions.checkInterruption(
      summary, after: done, of: results?.inputCount ?? source.knownCount, resumes: folder != nil)
    try results?.finish()
    inputs.noteRenamed(on: console)
    if reporter.isAllFailed, done == 0, run.output == nil { folder?.remove() }
    return reporter.finish(
      folder: reporter.isAllFailed && run.output == nil ? nil : folder?.path,
      problems: inputs.problems,
      earlierFailures: (results?.parts.failureCount ?? 0))
  }

  /// Says how several classes are given where the second one stands among the inputs.
  private func noteLostClasses(on console: Console) {
    let lost = run.inputs.filter { input in
      FileContents.entry(input) == .nothing && input.allSatisfy { $0.isLetter || $0.isNumber }
    }
    guard !classes.isEmpty, !lost.isEmpty else { return }
    console.note(
      "note: several classes are separated by commas: --classes "
        + Sentence.printable((classes + lost).joined(separator: ",")))
  }

  private var drawsImages: Bool { savesDrawings ?? run.savesByDefault }

  /// Whether files are written for each image.
  private var writesFiles: Bool { drawsImages || sharesStems }

  /// Whether files are named by the stems of images, which must then differ.
  private var sharesStems: Bool { savesLabels || savesCrops || savesVOC || savesLabelMe }

  /// The options that rows and files depend on.
  private var resultOptions: [String: String] {
    var options = [
      "conf": detection.confidence.optionText, "iou": detection.iou.optionText,
      "max-det": "\(detection.maximumDetections)",
    ]
    let flags = [
      ("agnostic-nms", detection.isClassAgnostic), ("multi-label", detection.isMultiLabel),
      ("augment", detection.augments), ("strict", isStrict),
      // Only what differs from the default of the inputs: the other was not asked for.
      ("save", drawsImages && !run.savesByDefault),
      ("no-save", !drawsImages && run.savesByDefault),
      ("save-txt", savesLabels), ("save-conf", savesScores), ("save-crop", savesCrops),
      ("save-voc", savesVOC), ("save-labelme", savesLabelMe),
    ]
    for (name, isOn) in flags where isOn { options[name] = "on" }
    if detection.nms != .hard { options["nms"] = detection.nms.optionText }
    if detection.minimumSize > 0 { options["min-size"] = detection.minimumSize.optionText }
    if let tile = detection.tile {
      options["tile"] = tile.optionText
      options["overlap"] = detection.overlap.optionText
      options["tile-merge"] = detection.merge.optionText
    }
    if !classes.isEmpty { options["classes"] = classes.joined(separator: ",") }
    if let recipe = imports.recipe { options["recipe"] = recipe.name }
    if let names = imports.names { options["names"] = names }
    if let imageSize { options["imgsz"] = imageSize.optionText }
    if maximumPixels != DecodePolicy().maximumPixels { options["max-pixels"] = "\(maximumPixels)" }
    return options
  }

  /// One writer per kind of file. A new output format is one writer and one entry here.
  private func outputs(
    _ folder: ResultFolder, classNames: [String], policy: DecodePolicy
  ) throws -> [DetectionFiles.Output] {
    var outputs: [DetectionFiles.Output] = []
    if savesLabels {
      outputs.append(
        DetectionFiles.labels(
          folder: try folder.subfolder("labels"), includesScores: savesScores))
      // The classes of the numbers in the label files, which 'evaluate' compares by name.
      try AtomicFile.write(
        classNames.map { $0 + "\n" }.joined(), to: "\(folder.path)/classes.txt",
        followsLinks: false)
    }
    for (format, name, isOn) in [
      (DatasetFormat.voc, "annotations", savesVOC), (.labelme, "labelme", savesLabelMe),
    ] where isOn {
      outputs.append(
        DetectionFiles.annotations(
          folder: try folder.subfolder(name), format: format, classNames: classNames))
    }
    if savesCrops {
      outputs.append(
        DetectionFiles.crops(
          folder: try folder.subfolder("crops"), classNames: classNames, policy: policy))
    }
    if drawsImages {
      outputs.append(
        DetectionFiles.drawings(
          folder: folder.path, classNames: classNames, options: drawing, policy: policy))
    }
    return outputs
  }
}
