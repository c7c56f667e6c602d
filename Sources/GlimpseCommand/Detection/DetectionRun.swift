import Glimpse
import Synchronization

/// Takes pictures through decoding, network and writing, and reports on each in order.
///
/// Pictures go in groups of at least as many as there are threads: a group is decoded on all
/// threads, goes through the network, which uses all threads itself, and is written on all threads.
struct DetectionRun {
  let detector: Detector
  let reader: PictureReader
  /// Nil where nothing is written.
  let writer: ResultWriter?
  /// Pictures that go through the network at once.
  let batch: Int
  let pool: ThreadPool

  /// Calls `report` for every input, in order.
  func run(_ paths: [String], report: (PictureResult) throws -> Void) throws {
    let group = max(batch, pool.threads)
    for start in stride(from: 0, to: paths.count, by: group) {
      try Interruption.check("\(start) of \(Sentence.count(paths.count, "image")) are done")
      let part = Array(paths[start..<min(start + group, paths.count)])
      var (results, pictures) = read(part)
      try detect(pictures, into: &results)
      write(pictures, at: start, into: &results)
      for result in results { try report(result) }
    }
  }

  /// A picture that could be read, and its place in the group.
  private struct Picture {
    let place: Int
    let decoded: DecodedImage
  }

  private func read(_ paths: [String]) -> ([PictureResult], [Picture]) {
    var results = paths.map { PictureResult(path: $0) }
    var pictures: [Picture] = []
    for (place, outcome) in reader.read(paths).enumerated() {
      switch outcome {
      case .success(let decoded):
        results[place].width = decoded.originalWidth
        results[place].height = decoded.originalHeight
        results[place].warnings = decoded.warnings
        pictures.append(Picture(place: place, decoded: decoded))
      case .failure(let error):
        results[place].failure = error.description
      }
    }
    return (results, pictures)
  }

  private func detect(_ pictures: [Picture], into results: inout [PictureResult]) throws {
    for start in stride(from: 0, to: pictures.count, by: batch) {
      let part = pictures[start..<min(start + batch, pictures.count)]
      let begin = monotonicSeconds()
      let found = try detector.detect(
        part.map {
          DetectorInput(
            $0.decoded.image, originalWidth: $0.decoded.originalWidth,
            originalHeight: $0.decoded.originalHeight)
        })
      let milliseconds = (monotonicSeconds() - begin) * 1000 / Double(part.count)
      for (picture, detections) in zip(part, found) {
        results[picture.place].detections = detections
        results[picture.place].milliseconds = milliseconds
      }
    }
  }

  private func write(
    _ pictures: [Picture], at start: Int, into results: inout [PictureResult]
  ) {
    guard let writer else { return }
    let shared = Mutex(results)
    let done = results
    pool.run(pictures.count) { number in
      let picture = pictures[number]
      let outcome = Result {
        try writer.write(
          done[picture.place], image: picture.decoded.image, index: start + picture.place)
      }
      shared.withLock {
        switch outcome {
        case .success(let drawing): $0[picture.place].drawing = drawing
        case .failure(let error): $0[picture.place].failure = "\(error)"
        }
      }
    }
    results = shared.withLock { $0 }
  }
}
