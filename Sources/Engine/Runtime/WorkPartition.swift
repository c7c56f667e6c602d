/// How the units of a loop are cut into tasks: by shapes alone, so that results do not depend on
/// the number of threads.
struct WorkPartition {
  let units: Int
  let tasks: Int

  /// Partial results of a reduction, merged in order.
  static let reductionParts = 32
  /// Operations that make a task worth handing out.
  private static let operationsPerTask = 400_000
  /// Tasks of one loop at most: enough for 64 threads.
  private static let maximumTasks = 256

  init(units: Int, tasks: Int) {
    self.units = units
    self.tasks = tasks
  }

  /// Cuts units of that many operations each.
  init(units: Int, costPerUnit: Int) {
    self.units = units
    tasks = max(1, min(units, units * costPerUnit / Self.operationsPerTask, Self.maximumTasks))
  }

  /// The units of one task.
  func range(_ task: Int) -> (begin: Int, end: Int) {
    (units * task / tasks, units * (task + 1) / tasks)
  }
}

extension ParallelLoop {
  /// A loop that calls `body(begin, end)` for each task of a partition.
  convenience init(_ work: WorkPartition, _ body: @escaping (_ begin: Int, _ end: Int) -> Void) {
    self.init(work.tasks) { task, _ in
      let (begin, end) = work.range(task)
      body(begin, end)
    }
  }

  /// A loop over tasks that each have a number.
  convenience init(_ count: Int, _ body: @escaping (_ task: Int) -> Void) {
    self.init(count) { task, _ in body(task) }
  }

  /// A loop over parts of the pixels of each image of a shape.
  convenience init(
    images shape: Shape, costPerPixel: Int,
    _ body: @escaping (_ image: Int, _ begin: Int, _ end: Int) -> Void
  ) {
    let work = WorkPartition(units: shape.h * shape.w, costPerUnit: costPerPixel)
    self.init(shape.n * work.tasks) { task in
      let (begin, end) = work.range(task % work.tasks)
      body(task / work.tasks, begin, end)
    }
  }

  /// Work that the calling thread does alone.
  convenience init(serial body: @escaping () -> Void) {
    self.init(1) { _ in body() }
  }
}
