/// Images sorted into groups that show the same, so that a group can be kept in one split.
///
/// Equal are images with the same bytes, the same pixels, or the same look and shape. Likeness is
/// passed on: the first and the last frame of a film may be in one group without being alike.
package struct DuplicateGroups: Hashable, Sendable {
  /// For each image the number of its group, from 0, in the order of the groups' first images.
  /// One without facts, or whose facts have no content, is a group of its own.
  package let indices: [Int]
  /// For each group its images in rising order.
  package let members: [[Int]]

  /// Sorts images.
  package init(_ images: [ImageRecord?]) {
    self.init(images) { _, _ in }
  }

  /// Sorts images, which may take a while.
  ///
  /// A group grows from one image by those that are like it, by those that are like these, and so
  /// on; what is in a group is not looked at again, so that many alike images are quickly grouped.
  ///
  /// - Parameter observe: Is told of how many images the group is known, of how many there are;
  ///   copies and what is like no other are so from the beginning. What it throws ends the work.
  package init(
    _ images: [ImageRecord?], observe: (_ done: Int, _ total: Int) throws -> Void
  ) rethrows {
    var sets = DisjointSets(count: images.count)
    var byBytes: [Fingerprint: Int] = [:]
    var byPixels: [Fingerprint: Int] = [:]
    var distinct: [Int] = []
    for (index, image) in images.enumerated() {
      guard let content = image?.content else { continue }
      if let other = byBytes[content.bytes] ?? byPixels[content.pixels] {
        sets.join(index, other)
      } else if content.look.showsSomething {
        distinct.append(index)
      }
      byBytes[content.bytes] = index
      byPixels[content.pixels] = index
    }
    let distinctLooks = distinct.compactMap { images[$0]?.content?.look }
    let sketches = distinctLooks.map { ThumbnailSketch($0) }
    var looks = HammingIndex(distinctLooks.map(\.hash))
    var done = images.count - distinct.count
    for first in distinct.indices where looks.take(first) {
      var edge = [first]
      while let place = edge.popLast() {
        try observe(done, images.count)
        done += 1
        guard let image = images[distinct[place]] else { continue }
        let sketch = sketches[place]
        let alike = looks.takeNeighbors(of: place) {
          sketch.mayBeLike(sketches[$0]) && images[distinct[$0]]?.isLike(image) == true
        }
        for other in alike { sets.join(distinct[place], distinct[other]) }
        edge += alike
      }
    }
    try observe(done, images.count)
    var numbers: [Int: Int] = [:]
    var members: [[Int]] = []
    indices = images.indices.map { index in
      let root = sets.root(of: index)
      let number = numbers[root] ?? members.count
      if number == members.count {
        numbers[root] = number
        members.append([])
      }
      members[number].append(index)
      return number
    }
    self.members = members
  }
}

extension ImageRecord {
  /// Whether two images show the same as far as can be told from afar: looks that are alike, and
  /// sides of the same ratio, within what rounding to whole pixels does to small ones.
  package func isLike(_ other: ImageRecord) -> Bool {
    guard let look = content?.look, let otherLook = other.content?.look else { return false }
    let ratio = Double(width * other.height) / Double(height * other.width)
    return abs(ratio - 1) < 0.04 && look.isLike(otherLook)
  }
}

/// Sets that can be joined. Source: Tarjan, Efficiency of a Good But Not Linear Set Union Algorithm
/// (1975), with halving of paths.
struct DisjointSets {
  private var parents: [Int]

  /// `count` sets of one element each.
  init(count: Int) { parents = Array(0..<count) }

  /// The element that stands for the set of an element: its smallest.
  mutating func root(of element: Int) -> Int {
    var element = element
    while parents[element] != element {
      parents[element] = parents[parents[element]]
      element = parents[element]
    }
    return element
  }

  mutating func join(_ a: Int, _ b: Int) {
    let (a, b) = (root(of: a), root(of: b))
    parents[max(a, b)] = min(a, b)
  }
}
