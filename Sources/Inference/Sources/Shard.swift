import Basics

/// The part of a run's inputs that one process handles: those whose index is `number` modulo `count`.
package struct Shard: Hashable, Sendable {
  /// From 0.
  package let number: Int
  package let count: Int

  /// All inputs.
  package static let whole = Shard(number: 0, of: 1)

  package init(number: Int, of count: Int) {
    precondition(
      count > 0 && (0..<count).contains(number), "there is no shard \(number) of \(count)")
    (self.number, self.count) = (number, count)
  }

  func contains(_ index: Int) -> Bool { index % count == number }

  /// The name of the shard's file of a kind: `rows.jsonl`, or `rows-2-of-8.jsonl` of several.
  package func fileName(_ kind: String, ending: String = "jsonl") -> String {
    count == 1 ? "\(kind).\(ending)" : "\(kind)-\(number)-of-\(count).\(ending)"
  }
}

extension Shard {
  /// Where schedulers tell a process its number and the number of all: variables and the first number.
  private static let schedulers: [(name: String, number: String, count: String, first: String?)] = [
    ("Slurm", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN"),
    ("Kubernetes", "JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", nil),
    ("Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", nil),
    ("Slurm's srun", "SLURM_PROCID", "SLURM_NTASKS", nil),
  ]

  /// Reads `i/n`, counted from 0, or `auto`.
  ///
  /// - Parameter environment: The variables of the process, for `auto`.
  /// - Throws: `InferenceError` for other texts, and where no scheduler has set its variables.
  package init(_ text: String, environment: [String: String]) throws(InferenceError) {
    if text == "auto" {
      self = try Self.scheduled(environment)
      return
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1], count > 0,
      (0..<count).contains(number)
    else {
      throw InferenceError(
        "--shard takes i/n with i from 0 to n - 1, such as 0/4, or auto, not \(Sentence.quoted(text))"
      )
    }
    self.init(number: number, of: count)
  }

  private static func scheduled(_ environment: [String: String]) throws(InferenceError) -> Shard {
    for scheduler in schedulers {
      guard let number = environment[scheduler.number].flatMap({ Int($0) }) else { continue }
      guard let count = environment[scheduler.count].flatMap({ Int($0) }) else {
        throw InferenceError(
          "--shard auto: \(scheduler.number) is set, but not \(scheduler.count), the number of "
            + "shards; set it, or give --shard i/n")
      }
      // A retried task keeps its number, but the array may have fewer tasks by then.
      let first = scheduler.first.flatMap { environment[$0] }.flatMap { Int($0) } ?? 0
      guard count > 0, (0..<count).contains(number - first) else {
        throw InferenceError(
          "--shard auto: \(scheduler.number) is \(number) and \(scheduler.count) is \(count)"
            + (scheduler.first == nil ? "" : "; tasks of an array are numbered without gaps")
            + "; give --shard i/n")
      }
      return Shard(number: number - first, of: count)
    }
    throw InferenceError(
      "--shard auto: no variables of Slurm, Kubernetes or Open MPI are set ("
        + schedulers.map(\.number).joined(separator: ", ") + "); give --shard i/n")
  }
}
