/// How work is cut into tasks: by shapes alone, so that results do not depend on the threads.
enum WorkPartition {
  /// Operations that make a task worth handing out.
  private static let operationsPerTask = 400_000
  /// Tasks of one region at most: enough for 64 threads.
  private static let maximumTasks = 256
  /// Partial results of a reduction, merged in order.
  static let reductionParts = 32

  /// Tasks to cut `units` into, when one unit takes that many operations.
  static func tasks(units: Int, costPerUnit: Int) -> Int {
    max(1, min(units, units * costPerUnit / operationsPerTask, maximumTasks))
  }

  /// The units of one of `parts` nearly equal parts.
  static func range(of units: Int, part: Int, parts: Int) -> (begin: Int, end: Int) {
    (units * part / parts, units * (part + 1) / parts)
  }
}

extension ThreadPool {
  /// Runs `body(begin, end)` over parts of `0..<units`, when one unit takes that many operations.
  func forEachPart(of units: Int, costPerUnit: Int, _ body: (Int, Int) -> Void) {
    let tasks = WorkPartition.tasks(units: units, costPerUnit: costPerUnit)
    run(tasks) { task in
      let (begin, end) = WorkPartition.range(of: units, part: task, parts: tasks)
      body(begin, end)
    }
  }

  /// Runs `body(image, begin, end)` over parts of each image's pixels.
  func forEachPartOfImages(
    _ shape: Shape, costPerPixel: Int, _ body: (_ image: Int, _ begin: Int, _ end: Int) -> Void
  ) {
    let pixels = shape.h * shape.w
    let parts = WorkPartition.tasks(units: pixels, costPerUnit: costPerPixel)
    run(shape.n * parts) { task in
      let (begin, end) = WorkPartition.range(of: pixels, part: task % parts, parts: parts)
      body(task / parts, begin, end)
    }
  }
}
