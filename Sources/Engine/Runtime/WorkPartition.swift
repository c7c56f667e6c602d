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

  /// The units of one task.
  func range(_ task: Int) -> (begin: Int, end: Int) {
    (units * task / tasks, units * (task + 1) / tasks)
  }
}

extension WorkPartition {
  /// Cuts units of that many operations each.
  init(units: Int, costPerUnit: Int) {
    let worthwhile = units * costPerUnit / Self.operationsPerTask
    self.init(units: units, tasks: max(1, min(units, worthwhile, Self.maximumTasks)))
  }

  /// Cuts units whose partial results are merged.
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

  /// A loop over tasks of a kernel that takes a C description of its work.
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

  /// The same over the rows of a shape's images.
  convenience init<Description>(
    rows shape: Shape, costPerRow: Int, _ description: Description,
    _ body: @escaping (_ description: UnsafePointer<Description>, _ begin: Int, _ end: Int) -> Void
  ) {
    self.init(
      WorkPartition(units: shape.n * shape.h, costPerUnit: costPerRow), description, body)
  }

  /// Work that the calling thread does alone.
  convenience init(serial body: @escaping () -> Void) {
    self.init(1) { _ in body() }
  }
}
