import Basics

/// Stratified assignment of groups to parts: each class is divided in proportion to the part sizes.
///
/// The rarest class is assigned first, its largest groups before others, and each group to the part
/// that lacks most of that class. Source: Sechidis, Tsoumakas and Vlahavas, On the Stratification
/// of Multi-Label Data (2011); here a whole group takes the role of an example.
struct StratifiedPartition {
  /// Images that must stay in one part.
  struct Group {
    /// The number of images.
    var images = 0
    /// The number of images per class, for classes that occur in the group.
    var imagesOfClass: [Int: Int] = [:]
  }

  /// The part index of each group.
  private(set) var parts: [Int]

  /// Assigns all groups to parts.
  ///
  /// - Parameters:
  ///   - groups: Their class indices are below `classCount`.
  ///   - fractions: The fraction of all images for each part; each above 0, summing to 1.
  ///   - seed: Breaks ties; equal seeds give equal results.
  init(_ groups: [Group], classCount: Int, fractions: [Double], seed: UInt64) {
    parts = [Int](repeating: -1, count: groups.count)
    var generator = SeededGenerator(seed: seed, 0x73_70_6C_69_74)
    let order = generator.permutation(of: groups.count)
    let images = groups.reduce(0) { $0 + $1.images }
    /// The number of images, and of images per class, that each part still lacks.
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

    // The groups of each class, in random order; they are sorted by size below.
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
    // Groups without any class balance the number of images.
    for group in order where parts[group] < 0 {
      assign(
        group, to: fractions.indices.max { lackOfImages[$0] < lackOfImages[$1] } ?? 0)
    }
  }
}
