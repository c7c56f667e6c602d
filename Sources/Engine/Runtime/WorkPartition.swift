/// The partition of a loop's units into tasks. It depends only on shapes, so results do not depend
/// on the number of threads.
struct WorkPartition {
  let units: Int
  let tasks: Int

  /// The number of partial results of a reduction, which are merged in order.
  static let reductionParts = 32
  /// The cost of copying a value, in operations: memory bounds it, and a thread reads fastest what it
  /// wrote itself.
  static let copyCost = 32
  /// The minimum number of operations per task that outweighs the scheduling overhead.
  private static let operationsPerTask = 400_000
  /// The maximum number of tasks per loop: enough for 64 threads.
  private static let maximumTasks = 256

  /// The unit range of one task.
  func range(_ task: Int) -> (begin: Int, end: Int) {
    (units * task / tasks, units * (task + 1) / tasks)
  }
}

extension WorkPartition {
  /// Partitions units of `costPerUnit` operations each.
  init(units: Int, costPerUnit: Int) {
    let worthwhile = units * costPerUnit / Self.operationsPerTask
    self.init(units: units, tasks: max(1, min(units, worthwhile, Self.maximumTasks)))
  }

  /// Partitions units for a reduction with partial results.
  init(reducing units: Int) { self.init(units: units, tasks: min(units, Self.reductionParts)) }
}

extension ParallelLoop {
  /// A loop that calls `body(begin, end)` for each task of a partition.
  convenience init(_ work: WorkPartition, _ body: @escaping (_ begin: Int, _ end: Int) -> Void) {
    self.init(work.tasks) { task, _ in
      let (begin, end) = work.range(task)
      body(begin, end)
    }
  }

  /// A loop that calls `body(task)` for `0..<count`.
  convenience init(_ count: Int, _ body: @escaping (_ task: Int) -> Void) {
    self.init(count) { task, _ in body(task) }
  }

  /// A loop over pixel ranges of each image of a shape.
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

  /// A loop over tasks of a kernel that takes a C description.
  convenience init<Description>(
    _ count: Int, _ description: Description,
    _ body: @escaping (_ description: UnsafePointer<Description>, _ task: Int) -> Void
  ) {
    self.init(count) { task, _ in withUnsafePointer(to: description) { body($0, task) } }
  }

  convenience init<Description>(
    _ work: WorkPartition, _ description: Description,
    _ body: @escaping (_ description: UnsafePointer<Description>, _ begin: Int, _ end: Int) -> Void
  ) {
    self.init(work.tasks, description) { description, task in
      let (begin, end) = work.range(task)
      body(description, begin, end)
    }
  }

  /// A loop over ranges of the n * h rows of a shape, for a kernel that takes a C description.
  convenience init<Description>(
    rows shape: Shape, costPerRow: Int, _ description: Description,
    _ body: @escaping (_ description: UnsafePointer<Description>, _ begin: Int, _ end: Int) -> Void
  ) {
    self.init(
      WorkPartition(units: shape.n * shape.h, costPerUnit: costPerRow), description, body)
  }

  /// A single task, run on the calling thread.
  convenience init(serial body: @escaping () -> Void) {
    self.init(1) { _ in body() }
  }
}
