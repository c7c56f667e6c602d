/// What the objective says about a batch.
public struct LossTerms: Hashable, Sendable {
  /// The loss of the boxes, times its gain.
  public var box: Double
  /// The loss of the classes, times its gain.
  public var classification: Double
  /// Cells that were given an object to find.
  public var positives: Int

  /// What is minimized: the sum of the losses; not finite where training has diverged.
  public var total: Double { box + classification }

  /// Makes a value from its parts.
  public init(box: Double, classification: Double, positives: Int) {
    self.box = box
    self.classification = classification
    self.positives = positives
  }
}
