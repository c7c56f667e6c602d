import Glimpse
import Synchronization

/// Takes images through decoding, network and writing, and reports on each in order.
///
/// Images go in groups of at least as many as there are threads: a group is decoded on all
/// threads, goes through the network, which uses all threads itself, and is written on all threads.
struct DetectionRun {
  let detector: Detector
  let reader: ImageReader
  /// Nil where nothing is written.
  let writer: ResultWriter?
  /// Images that go through the network at once.
  let batch: Int
  let pool: ThreadPool

  /// Calls `report` for every input, in order.
  func run(_ paths: [String], report: (ImageResult) throws -> Void) throws {
    let group = max(batch, pool.threads)
    for start in stride(from: 0, to: paths.count, by: group) {
      try Interruption.check("\(start) of \(Sentence.count(paths.count, "image")) are done")
      let part = Array(paths[start..<min(start + group, paths.count)])
      var (results, items) = read(part)
      try detect(items, into: &results)
      write(items, at: start, into: &results)
      for result in results { try report(result) }
    }
  }

  /// An image that could be read, and its place in the group.
  private struct DecodedItem {
    let place: Int
    let decoded: DecodedImage
  }

  private func read(_ paths: [String]) -> ([ImageResult], [DecodedItem]) {
    var results = paths.map { ImageResult(path: $0) }
    var items: [DecodedItem] = []
    for (place, outcome) in reader.read(paths).enumerated() {
      switch outcome {
      case .success(let decoded):
        results[place].width = decoded.originalWidth
        results[place].height = decoded.originalHeight
        results[place].warnings = decoded.warnings
        items.append(DecodedItem(place: place, decoded: decoded))
      case .failure(let error):
        results[place].failure = error.description
      }
    }
    return (results, items)
  }

  private func detect(_ items: [DecodedItem], into results: inout [ImageResult]) throws {
    for start in stride(from: 0, to: items.count, by: batch) {
      let part = items[start..<min(start + batch, items.count)]
      let begin = monotonicSeconds()
      let found = try detector.predict(part.map(\.decoded))
      let milliseconds = (monotonicSeconds() - begin) * 1000 / Double(part.count)
      for (item, detections) in zip(part, found) {
        results[item.place].detections = detections
        results[item.place].milliseconds = milliseconds
      }
    }
  }

  private func write(
    _ items: [DecodedItem], at start: Int, into results: inout [ImageResult]
  ) {
    guard let writer else { return }
    let shared = Mutex(results)
    let done = results
    pool.run(items.count) { number in
      let item = items[number]
      let outcome = Result {
        try writer.write(
          done[item.place], image: item.decoded.image, index: start + item.place)
      }
      shared.withLock {
        switch outcome {
        case .success(let drawing): $0[item.place].drawing = drawing
        case .failure(let error): $0[item.place].failure = "\(error)"
        }
      }
    }
    results = shared.withLock { $0 }
  }
}
