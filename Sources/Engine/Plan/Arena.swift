/// The memory of activations, gradients and scratch values, which sessions may share that are used one
/// at a time.
package final class Arena {
  private let memory: AlignedBuffer
  /// Its size in floats.
  package var count: Int { memory.buffer.count }

  var base: UnsafeMutablePointer<Float> { memory.base }

  /// Allocates what a plan needs.
  package init(for plan: Plan) { memory = AlignedBuffer(count: plan.arenaCount) }
}

/// Sessions of one network for several input shapes, in one arena.
///
/// Planning a shape and packing the parameters takes longer than running it, so the sessions of the
/// last shapes are kept. Only one thread at a time may use it.
package final class SessionCache {
  private let plan: (Shape) throws(EngineError) -> Plan
  private let bind: (Plan, Arena) -> Session
  private var arena: Arena?
  /// The last used session comes last.
  private var sessions: [(shape: Shape, session: Session)] = []

  /// The number of sessions that are kept.
  private static let limit = 8
  /// The floats of packed parameters that the sessions besides the last one may hold.
  private static let preparedLimit = 32 << 20

  /// - Parameters:
  ///   - plan: Plans the network for an input shape.
  ///   - bind: Makes a session in a shared arena.
  package init(
    plan: @escaping (Shape) throws(EngineError) -> Plan,
    bind: @escaping (Plan, Arena) -> Session
  ) {
    (self.plan, self.bind) = (plan, bind)
  }

  /// The session that was used last; nil before the first.
  package var last: Session? { sessions.last?.session }

  /// The session for an input shape.
  ///
  /// - Throws: `EngineError` for a shape that the network does not support or that needs too much
  ///   memory.
  package subscript(shape: Shape) -> Session {
    get throws(EngineError) {
      if let index = sessions.firstIndex(where: { $0.shape == shape }) {
        sessions.append(sessions.remove(at: index))
      } else {
        let plan = try plan(shape)
        // Sessions keep their arena: with a larger one all are made again.
        if (arena?.count ?? -1) < plan.arenaCount {
          sessions = []
          arena = nil
        }
        let arena = arena ?? Arena(for: plan)
        self.arena = arena
        dropOldest(makingRoomFor: plan)
        sessions.append((shape, bind(plan, arena)))
      }
      return sessions[sessions.count - 1].session
    }
  }

  private func dropOldest(makingRoomFor plan: Plan) {
    func isFull() -> Bool {
      let prepared = sessions.reduce(plan.preparedCount) { $0 + $1.session.plan.preparedCount }
      return sessions.count >= Self.limit || prepared > Self.preparedLimit
    }
    while !sessions.isEmpty, isFull() { sessions.removeFirst() }
  }
}
