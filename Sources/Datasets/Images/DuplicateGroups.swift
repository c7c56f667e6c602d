/// Groups of duplicate and near-duplicate images; a split never divides a group.
///
/// Grouping is transitive: the first and the last frame of a video may be in one group without
/// being similar.
package struct DuplicateGroups: Hashable, Sendable {
  /// The group index of each image; groups are numbered by their first images. An image without a
  /// record or content is a group of its own.
  package let indices: [Int]
  /// The image indices of each group, ascending.
  package let members: [[Int]]

  /// Groups images, comparing all pairs: a group grows by the images similar to any of its members,
  /// which are then no longer candidates.
  ///
  /// - Parameter observe: Receives the number of grouped images and the total; an error that it
  ///   throws ends the grouping.
  package init(
    _ images: [ImageRecord?], observe: (_ done: Int, _ total: Int) throws -> Void
  ) rethrows {
    var firsts: [Fingerprint: Int] = [:]
    /// For each image, one of its group: the first with the same pixels, later the group's first
    /// image.
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
