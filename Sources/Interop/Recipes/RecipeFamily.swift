import Networks

/// Networks that take images in one way and whose outputs mean the same.
///
/// A family is one file in this folder and one entry in `all`.
package struct RecipeFamily: Sendable {
  /// The word of `--recipe`.
  package let name: String
  /// One line for tables.
  package let summary: String
  /// The outputs that it decodes, for messages.
  let expected: String
  /// Whether outputs of its form are taken for its own without being asked.
  let isRecognized: Bool
  private let make: @Sendable (NetworkOutline) -> Recipe?

  /// - Parameter make: The recipe of a network; nil if its outputs have another form.
  init(
    _ name: String, _ summary: String, expected: String, isRecognized: Bool = true,
    make: @escaping @Sendable (NetworkOutline) -> Recipe?
  ) {
    (self.name, self.summary, self.expected) = (name, summary, expected)
    (self.isRecognized, self.make) = (isRecognized, make)
  }

  /// The recipe of a network; nil if its outputs have another form.
  package func recipe(for network: NetworkOutline) -> Recipe? {
    var recipe = make(network)
    recipe?.name = name
    return recipe
  }

  /// The families, in the order in which they are tried.
  package static let all: [RecipeFamily] = [
    .darknetYOLO, .yuNet, .blazeFace, .ultraFace, .nanoDet, .picoDet, .yolox, .yoloxOld,
    .fastestDet, .ultralytics, .ssd, .mtcnn, .textDirection, .sinet, .segmentation, .classifier,
    .raw,
  ]

  package static subscript(name: String) -> RecipeFamily? { all.first { $0.name == name } }

  /// The recipe of a network by the form of its outputs; the last family takes any.
  static func recognized(_ network: NetworkOutline) -> Recipe? {
    for family in all where family.isRecognized {
      if let recipe = family.recipe(for: network) { return recipe }
    }
    return nil
  }
}

extension RecipeFamily {
  /// Outputs that nothing is known about.
  static let raw = RecipeFamily(
    "raw", "no recipe: 'glimpse run' shows the outputs", expected: "any outputs"
  ) { network in
    guard network.channels == 1 || network.channels == 3 else { return nil }
    return Recipe(
      ImportedInput(
        height: network.height, width: network.width, .stretched,
        network.channels == 1 ? .gray : .rgb),
      classNames: [], .raw)
  }
}
