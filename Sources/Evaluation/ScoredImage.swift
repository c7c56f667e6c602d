import Imaging

/// The truths of one picture beside what was found in it.
public struct ScoredImage: Hashable, Sendable {
  /// What names the picture in messages: a file name or an id.
  public var name: String
  /// The labeled objects.
  public var truths: [GroundTruth]
  /// What the detector reported, in any order.
  ///
  /// Of equal scores, the earlier finding goes first, as in the reference.
  public var findings: [Finding]

  /// Makes a pair of truths and findings.
  public init(name: String, truths: [GroundTruth], findings: [Finding]) {
    self.name = name
    self.truths = truths
    self.findings = findings
  }

  /// Makes a pair from annotations and detections, both in pixels of the original image.
  public init(name: String, annotations: [Annotation], detections: [Detection]) {
    self.init(
      name: name, truths: annotations.map { GroundTruth($0) },
      findings: detections.map { Finding($0) })
  }
}
