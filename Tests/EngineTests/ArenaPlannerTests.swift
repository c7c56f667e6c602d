@testable import Basics
import Testing

@testable import Engine

@Suite struct ArenaPlannerTests {
  /// Items of random sizes and lifetimes, as a network's are.
  private static func items(_ count: Int, seed: UInt64) -> [ArenaPlanner.Item] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let start = Int(generator.next() % 50)
      return ArenaPlanner.Item(
        count: Int(generator.next() % 500), lifetime: start...start + Int(generator.next() % 20))
    }
  }

  @Test(arguments: 0..<20) func whatIsAliveAtOnceNeverOverlaps(seed: UInt64) {
    var planner = ArenaPlanner()
    let items = Self.items(60, seed: seed)
    for (index, item) in items.enumerated() {
      #expect(planner.add(count: item.count, lifetime: item.lifetime) == index)
    }
    let (offsets, total) = planner.plan()
    for (a, first) in items.enumerated() {
      #expect(offsets[a] % 16 == 0 && offsets[a] + first.count <= total)
      for (b, second) in items.enumerated() where a < b && first.lifetime.overlaps(second.lifetime)
      {
        #expect(
          first.count == 0 || second.count == 0 || offsets[a] + first.count <= offsets[b]
            || offsets[b] + second.count <= offsets[a])
      }
    }
    // No plan can do with less than what is alive at the fullest time.
    let least =
      (0..<70).map { time in
        items.reduce(0) { $0 + ($1.lifetime.contains(time) ? ($1.count + 15) / 16 * 16 : 0) }
      }.max() ?? 0
    #expect(total >= least && Double(total) < 1.25 * Double(least))
  }

  /// By size alone, the two of 64 floats both go to the bottom; the one of 48 floats lies over the
  /// first, that of 32 over all: 144 floats, where at most 112 are alive at once.
  @Test func longLivesMayGoFirst() {
    var planner = ArenaPlanner()
    for (count, lifetime) in [(32, 1...4), (48, 0...3), (64, 0...0), (64, 4...6)] {
      _ = planner.add(count: count, lifetime: lifetime)
    }
    #expect(planner.plan().total == 112)
  }
}
