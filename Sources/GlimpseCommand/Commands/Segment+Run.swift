import Glimpse

extension Segment {
  func run(on console: Console) throws -> ExitCode {
    try ResultFolder.check(file: csv)
    let shard = try run.chosenShard()
    var source = run.foundImages(on: console)
    if source.isEmpty { return .fatal }
    try InputPath.checkKept(run.inputs, outputs: [csv])
    let model = try weights.loadSegmenter(imports)
    let backend = try ComputeBackend(
      threads: threads, precision: precision.of([model]), on: console)
    let segmenter = Segmenter(
      model, options: segmentation, pool: backend.pool, kernels: backend.kernels)
    let classNames = model.description.classNames
    let facts = try ModelFacts(model, weights, backend.kernels)

    let folder = try run.makeFolder(for: Self.name, writesFiles: outputs.writesFiles)
    defer { folder?.removeIfUnused() }
    let results = try folder.map {
      try ResultRun(
        in: $0.path, of: Self.name, run, shard: shard, facts: facts, options: resultOptions,
        name: naming(withEnding: true))
    }
    if let code = results?.resume(on: console) { return code }
    let done = results?.parts.done ?? 0
    guard done == 0 || csv == nil && !outputs.holdsAllContours else {
      throw CommandError(
        "--csv and --contours coco are one file of all images, and \(Sentence.count(done, "image")) are "
          + "done already; leave them out, or pass --overwrite")
    }
    var outputs = outputs
    outputs.folder = folder?.path ?? ""
    source.isCancelled = { Interruption.isRequested }
    var inputs = RunInputs(source, shard: shard, done: done, name: naming(withEnding: false))
    let reporter = SegmentationReporter(
      classNames: classNames,
      imageCount: (results?.inputCount ?? source.knownCount).map { $0 - done }, run,
      prints: printsJSON ? .json : run.isQuiet ? .nothing : .text, facts: facts.rows, csv: csv,
      on: console)
    let rows = results.map { facts.rows.withoutTimes(in: $0.parts.folder) }
    let (summary, contours) = try Interruption.whileFinishing {
      try SegmentationPipeline(
        segmenter, policy: segmenter.policy(strict: isStrict, maximumPixels: maximumPixels),
        outputs: outputs
      ).run(
        &inputs, until: { Interruption.isRequested },
        progress: { reporter.advance($0, rows: $1, of: $2) },
        report: { result in
          if let results, let rows {
            try results.parts.append(
              rows: [result.jsonLine(classNames: classNames, rows)],
              times: [result.times.line(of: result.input.index)])
          }
          try reporter.report(result)
        })
    }
    if summary.isComplete { try results?.finish() }
    inputs.noteRenamed(on: console)
    let isUnused = reporter.isAllFailed && done == 0 && run.output == nil
    if isUnused { folder?.remove() }
    let code = try reporter.finish(
      folder: isUnused ? nil : folder?.path, contours: contours, problems: inputs.problems,
      earlierFailures: results?.parts.failureCount ?? 0)
    try RunOptions.checkInterruption(
      summary, after: done, of: results?.inputCount ?? source.knownCount, resumes: folder != nil)
    return code
  }

  /// Names the files of the images: all paths are known before, unless they come when they come.
  private func naming(withEnding: Bool) -> RunInputs.Naming {
    let ending = withEnding ? ".\(outputs.maskFormat.ending)" : ""
    guard !run.isLive else {
      var names = OutputNames(stemsDiffer: true)
      return { FilePath.stem(names.name(of: $0)) + ending }
    }
    var paths: [String] = []
    var source = run.source()
    while let item = source.next() { paths.append(item.path) }
    let names = SegmentationNames(inputs: paths).names
    return { names[$0.index] + ending }
  }

  /// The options that rows and files depend on.
  private var resultOptions: [String: String] {
    var options = [
      "threshold": segmentation.threshold.optionText, "overlap": segmentation.overlap.optionText,
      "mask-format": outputs.maskFormat.rawValue,
    ]
    let flags = [
      ("augment", segmentation.augments), ("instances", outputs.splitsObjects),
      ("no-save", !outputs.savesMasks), ("overlay", outputs.savesOverlays),
      ("probabilities", outputs.savesProbabilities), ("strict", isStrict),
    ]
    for (name, isOn) in flags where isOn { options[name] = "on" }
    if let window = segmentation.window { options["tile"] = window.optionText }
    if let recipe = imports.recipe { options["recipe"] = recipe.name }
    if let names = imports.names { options["names"] = names }
    if let contours = outputs.contours { options["contours"] = contours.rawValue }
    if maximumPixels != 1 << 31 { options["max-pixels"] = "\(maximumPixels)" }
    return options
  }
}
