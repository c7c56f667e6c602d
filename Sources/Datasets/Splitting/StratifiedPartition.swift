import Basics

/// Assigns groups of images to parts so that each class is distributed as the parts' sizes are.
///
/// The rarest class goes first, its largest groups before others, and each group to the part that
/// lacks most of that class. Source: Sechidis, Tsoumakas and Vlahavas, On the Stratification of
/// Multi-Label Data (2011), with groups that stay whole for examples.
struct StratifiedPartition {
  /// A group that must stay together.
  struct Group {
    /// How many images it has.
    var images = 0
    /// How many of them show objects of each class that any of them shows.
    var imagesOfClass: [Int: Int] = [:]
  }

  /// For each group its part.
  private(set) var parts: [Int]

  /// Assigns all groups.
  ///
  /// - Parameters:
  ///   - groups: Their classes are below `classCount`.
  ///   - fractions: How much of the whole each part should get; above 0, their sum is 1.
  ///   - seed: Ties are broken by it; equal seeds give equal parts.
  init(_ groups: [Group], classCount: Int, fractions: [Double], seed: UInt64) {
    parts = [Int](repeating: -1, count: groups.count)
    var generator = SeededGenerator(seed: seed, 0x73_70_6C_69_74)
    let order = generator.permutation(of: groups.count)
    let images = groups.reduce(0) { $0 + $1.images }
    /// How many images, and images of each class, each part still lacks.
    var lackOfImages = fractions.map { $0 * Double(images) }
    var left = [Int](repeating: 0, count: classCount)
    for group in groups {
      for (place, count) in group.imagesOfClass { left[place] += count }
    }
    var lackOfClass = fractions.map { fraction in left.map { fraction * Double($0) } }

    func assign(_ group: Int, to part: Int) {
      parts[group] = part
      lackOfImages[part] -= Double(groups[group].images)
      for (place, count) in groups[group].imagesOfClass {
        lackOfClass[part][place] -= Double(count)
        left[place] -= count
      }
    }

    // Each class keeps a list of its groups, the largest first, in the order of the seed.
    var groupsOfClass = [[(group: Int, count: Int)]](repeating: [], count: classCount)
    for group in order {
      for (place, count) in groups[group].imagesOfClass {
        groupsOfClass[place].append((group, count))
      }
    }
    while let rarest = (0..<classCount).filter({ left[$0] > 0 }).min(by: { left[$0] < left[$1] }) {
      let waiting = groupsOfClass[rarest].filter { parts[$0.group] < 0 }
      for (group, _) in waiting.sorted(by: { $0.count > $1.count }) {
        let part = fractions.indices.max { a, b in
          let (x, y) = (lackOfClass[a][rarest], lackOfClass[b][rarest])
          return x != y ? x < y : lackOfImages[a] < lackOfImages[b]
        }
        assign(group, to: part ?? 0)
      }
    }
    // Groups without any class even the numbers of images out.
    for group in order where parts[group] < 0 {
      assign(
        group, to: fractions.indices.max { lackOfImages[$0] < lackOfImages[$1] } ?? 0)
    }
  }
}
