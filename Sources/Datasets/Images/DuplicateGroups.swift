/// Groups of duplicate and near-duplicate images; a split keeps each group whole.
///
/// Similarity is transitive here: the first and the last frame of a video may be in one group without
/// being similar.
package struct DuplicateGroups: Hashable, Sendable {
  /// For each image the number of its group, from 0, in the order of the groups' first images.
  /// One without a record or content is a group of its own.
  package let indices: [Int]
  /// For each group its images in rising order.
  package let members: [[Int]]

  /// Groups images, comparing all pairs: a group grows by the images similar to any of its members,
  /// which are then no longer candidates.
  ///
  /// - Parameter observe: Receives how many of all images have their group; what it throws ends the work.
  package init(
    _ images: [ImageRecord?], observe: (_ done: Int, _ total: Int) throws -> Void
  ) rethrows {
    var firsts: [Fingerprint: Int] = [:]
    /// For each image one of its group: the first with the same pixels, later the group's first.
    var roots = Array(images.indices)
    var candidates: [(index: Int, hash: UInt64)] = []
    for (index, image) in images.enumerated() {
      guard let content = image?.content else { continue }
      if let first = firsts[content.pixels] {
        roots[index] = first
        continue
      }
      firsts[content.pixels] = index
      if content.signature.hasContrast { candidates.append((index, content.signature.hash)) }
    }
    var done = images.count - candidates.count
    while let first = candidates.first {
      candidates.removeFirst()
      var queue = [first]
      while let member = queue.popLast() {
        try observe(done, images.count)
        done += 1
        guard let image = images[member.index] else { continue }
        let similar = candidates.filter {
          ($0.hash ^ member.hash).nonzeroBitCount <= ImageSignature.maximumDistance
            && images[$0.index]?.isNearDuplicate(of: image) == true
        }
        if similar.isEmpty { continue }
        for other in similar { roots[other.index] = first.index }
        queue += similar
        candidates.removeAll { roots[$0.index] != $0.index }
      }
    }
    try observe(done, images.count)
    members = Dictionary(grouping: images.indices) { roots[roots[$0]] }.values
      .sorted { $0[0] < $1[0] }
    var indices = roots
    for (number, group) in members.enumerated() {
      for index in group { indices[index] = number }
    }
    self.indices = indices
  }
}
