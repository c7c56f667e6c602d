import Basics
import Datasets

/// The shapes by which images are grouped into batches: the images of a batch share one input, which
/// should fit them with little padding.
enum ShapeGroup: Int, CaseIterable, Hashable, Sendable {
  /// 16:9.
  case wide
  /// 4:3, also for 3:2.
  case landscape
  case square
  /// 3:4, also for 2:3.
  case portrait
  /// 9:16.
  case tall

  /// Width and height, in any unit.
  var aspect: (width: Int, height: Int) {
    switch self {
    case .wide: (16, 9)
    case .landscape: (4, 3)
    case .square: (1, 1)
    case .portrait: (3, 4)
    case .tall: (9, 16)
    }
  }

  /// The group with the nearest aspect ratio: images between two are nearer to one whose ratio differs
  /// by a smaller factor.
  init(imageWidth: Int, imageHeight: Int) {
    let ratio = Double(max(imageWidth, 1)) / Double(max(imageHeight, 1))
    func factor(_ group: ShapeGroup) -> Double {
      let own = Double(group.aspect.width) / Double(group.aspect.height)
      return max(own / ratio, ratio / own)
    }
    var nearest = ShapeGroup.square
    for group in Self.allCases where factor(group) < factor(nearest) { nearest = group }
    self = nearest
  }

  /// Reorders samples so that each batch has samples of one group: a batch is complete as soon as its
  /// group has enough samples. The rest follows, group by group, in batches of several groups.
  ///
  /// - Returns: The order, and the group of each batch: the most frequent one.
  static func batches(
    _ order: [Int], of groups: [ShapeGroup], _ partition: BatchPartition
  ) -> (order: [Int], groups: [ShapeGroup]) {
    var waiting = [[Int]](repeating: [], count: allCases.count)
    var result: [Int] = []
    for sample in order {
      let group = groups[sample].rawValue
      waiting[group].append(sample)
      if waiting[group].count == partition.size {
        result += waiting[group]
        waiting[group] = []
      }
    }
    result += waiting.joined()
    let batches = (0..<partition.batchCount).map { batch in
      var counts = [Int](repeating: 0, count: allCases.count)
      for place in partition.places(ofBatch: batch) { counts[groups[result[place]].rawValue] += 1 }
      return allCases.max { counts[$0.rawValue] < counts[$1.rawValue] } ?? .square
    }
    return (result, batches)
  }
}

extension InputSize {
  /// The input for the images of a group.
  func extent(for group: ShapeGroup) -> Extent {
    extent(imageWidth: group.aspect.width, imageHeight: group.aspect.height)
  }
}
