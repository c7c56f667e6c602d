import Basics
import Engine
import Imaging
import Networks

/// The classes of an image.
public struct Classification: Hashable, Sendable {
  /// A class with its score.
  public struct Item: Hashable, Sendable {
    /// An index into the model's list of class names.
    public let classIndex: Int
    /// The probability, 0...1.
    public let score: Float
  }

  /// The classes with the highest scores, the highest first.
  public let classes: [Item]
}

/// Classifies images by a network of another program.
package final class Classifier: Predictor {
  package let runner: InferenceRunner
  /// The number of classes of each prediction.
  package let count: Int
  private let input: ImportedInput

  /// - Parameter count: The number of classes of each prediction, at least 1.
  package init(_ model: Model, count: Int, pool: ThreadPool, kernels: Kernels) {
    runner = InferenceRunner(model, pool: pool, kernels: kernels)
    guard let recipe = model.imported?.recipe, recipe.task == .classification else {
      preconditionFailure("\(model.description.name) does not classify")
    }
    (input, self.count) = (recipe.input, max(count, 1))
  }

  /// Networks of other programs interpolate between the pixels of the full size.
  package var decodePolicy: DecodePolicy { DecodePolicy() }

  package func predict(_ images: [DecodedImage]) throws(EngineError) -> [Classification] {
    var results: [Classification] = []
    for image in images { results.append(try classify(image.image)) }
    return results
  }

  private func classify(_ image: Image) throws(EngineError) -> Classification {
    let fitted = FittedImage(input, imageWidth: image.width, imageHeight: image.height)
    var values = try runner.outputs(of: image.asInput, fitted)[0].values
    if !values.areProbabilities { values = values.softmax }
    // Of equal scores the first counts, as argmax has it.
    let order = values.indices.prefix(description.classNames.count).filter { !values[$0].isNaN }
      .sorted { (values[$0], $1) > (values[$1], $0) }
    return Classification(
      classes: order.prefix(count).map { .init(classIndex: $0, score: min(values[$0], 1)) })
  }
}
