import Basics
import Datasets
import Imaging

/// Segments image files, one after the other, and writes their files.
///
/// Unlike detection, images are not decoded as a whole: their rows pass through the network and into
/// the files as they come.
package struct SegmentationPipeline {
  let segmenter: Segmenter
  let policy: DecodePolicy
  let outputs: SegmentationOutputs

  package init(_ segmenter: Segmenter, policy: DecodePolicy, outputs: SegmentationOutputs) {
    (self.segmenter, self.policy, self.outputs) = (segmenter, policy, outputs)
  }

  /// Segments all images. An image that fails gets a `failure`; the others continue.
  ///
  /// - Parameters:
  ///   - names: The names of the written files, of the same images.
  ///   - isCancelled: Called before each image and between its rows; true ends the run, and the files
  ///     of an incomplete image are not written.
  ///   - progress: Called between the rows of an image with their number and the image's height.
  ///   - report: Receives the result of each image, in the order of the paths.
  /// - Returns: The path of the file of all contours, if one is written.
  package func run(
    _ paths: [String], names: SegmentationNames, until isCancelled: () -> Bool = { false },
    progress: (_ path: String, _ rows: Int, _ height: Int) -> Void = { _, _, _ in },
    report: (SegmentationResult) throws -> Void
  ) throws -> (summary: PipelineSummary, contours: String?) {
    var summary = PipelineSummary()
    var contours = ContourFiles(outputs, classNames: segmenter.description.classNames)
    let start = ContinuousClock.now
    segmenter.runner.times = StageTimes()
    for (path, name) in zip(paths, names.names) {
      guard !isCancelled() else {
        summary.isComplete = false
        break
      }
      var result = SegmentationResult(path: path)
      let begin = ContinuousClock.now
      do {
        try segment(&result, name: name, &contours) { rows, height in
          if isCancelled() { throw Cancelled() }
          progress(path, rows, height)
        }
      } catch is Cancelled {
        summary.isComplete = false
        break
      } catch {
        result.failure = error
      }
      result.seconds = (ContinuousClock.now - begin) / .seconds(1)
      try report(result)
      summary.images += 1
    }
    let path = try contours?.finish()
    summary.times = segmenter.runner.times
    summary.seconds = (ContinuousClock.now - start) / .seconds(1)
    return (summary, path)
  }

  /// The run was cancelled within an image.
  private struct Cancelled: Error {}

  private func segment(
    _ result: inout SegmentationResult, name: String, _ contours: inout ContourFiles?,
    observe: (_ rows: Int, _ height: Int) throws -> Void
  ) throws {
    let path = result.path
    var opened: ImageRows? = try ImageRows(path, policy: policy)
    let (width, height) = (opened?.width ?? 0, opened?.height ?? 0)
    (result.width, result.height) = (width, height)
    let files = try SegmentationFiles(
      outputs, name: name, width: width, height: height,
      classNames: segmenter.description.classNames)
    result.warnings = try segmenter.segment(
      {
        let rows = try opened.take() ?? ImageRows(path, policy: policy)
        guard rows.width == width, rows.height == height else {
          throw InferenceError("\(path): the file changed while it was read")
        }
        return rows
      },
      into: { strip in
        try files.append(strip)
        try observe(strip.firstRow + strip.rowCount, height)
      })
    let (classes, objects) = try files.finish()
    (result.classes, result.files) = (classes, files.files)
    if let path = try contours?.add(objects, of: result, name: name) {
      result.files.append(("contours", path))
    }
  }
}
