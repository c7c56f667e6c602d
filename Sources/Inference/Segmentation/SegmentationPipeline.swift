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
  ///   - inputs: The images, each with the name of its files without an ending.
  ///   - isCancelled: Called before each image and between its rows; true ends the run, and the files
  ///     of an incomplete image are not written.
  ///   - progress: Called between the rows of an image with their number and the image's height.
  ///   - report: Receives the result of each image, in the order of the paths.
  /// - Returns: The path of the file of all contours, if one is written.
  package func run(
    _ inputs: inout RunInputs, until isCancelled: () -> Bool = { false },
    progress: (_ path: String, _ rows: Int, _ height: Int) -> Void = { _, _, _ in },
    report: (SegmentationResult) throws -> Void
  ) throws -> (summary: PipelineSummary, contours: String?) {
    var summary = PipelineSummary()
    var contours = ContourFiles(outputs, classNames: segmenter.description.classNames)
    let start = ContinuousClock.now
    while true {
      guard !isCancelled(), let input = inputs.next() else {
        summary.isComplete = !isCancelled()
        break
      }
      var result = SegmentationResult(input)
      let begin = ContinuousClock.now
      segmenter.runner.times = StageTimes()
      do {
        try segment(&result, &contours) { rows, height in
          if isCancelled() { throw Cancelled() }
          progress(input.path, rows, height)
        }
      } catch is Cancelled {
        summary.isComplete = false
        break
      } catch {
        result.failure = error
      }
      result.seconds = (ContinuousClock.now - begin) / .seconds(1)
      result.times = segmenter.runner.times
      summary.times += result.times
      try report(result)
      summary.images += 1
    }
    let path = try contours?.finish()
    summary.seconds = (ContinuousClock.now - start) / .seconds(1)
    return (summary, path)
  }

  /// The run was cancelled within an image.
  private struct Cancelled: Error {}

  private func segment(
    _ result: inout SegmentationResult, _ contours: inout ContourFiles?,
    observe: (_ rows: Int, _ height: Int) throws -> Void
  ) throws {
    let (input, name) = (result.input, result.input.outputName)
    var opened: ImageRows? = try rows(of: input)
    let (width, height) = (opened?.width ?? 0, opened?.height ?? 0)
    (result.width, result.height) = (width, height)
    let files = try SegmentationFiles(
      outputs, name: name, width: width, height: height,
      classNames: segmenter.description.classNames)
    result.warnings = try segmenter.segment(
      {
        let rows = try opened.take() ?? rows(of: input)
        guard rows.width == width, rows.height == height else {
          throw InferenceError("\(input.path): the file changed while it was read")
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

  /// The rows of an image; one in memory is decoded whole.
  private func rows(of input: InputItem) throws -> ImageRows {
    switch input.content {
    case .file: try ImageRows(input.path, policy: policy)
    case .bytes, .unusable: ImageRows(try input.decode(policy).image)
    }
  }
}
