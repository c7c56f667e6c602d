/// What the objective says about a batch.
package struct LossTerms: Hashable, Sendable {
  /// The loss of the boxes, times its gain.
  package var box: Double
  /// The loss of the classes, times its gain.
  package var classification: Double
  /// Cells that were given an object to find.
  package var positives: Int

  /// What is minimized: the sum of the losses; not finite where training has diverged.
  package var total: Double { box + classification }

  /// Makes a value from its parts.
  package init(box: Double, classification: Double, positives: Int) {
    self.box = box
    self.classification = classification
    self.positives = positives
  }
}
