extension ONNXImporter {
  /// Translates one operator: operands in, operands out.
  typealias Translation = @Sendable (OperatorCall) throws(InteropError) -> [Operand]

  /// The operators that can be imported, by name; to add one, add its function and an entry.
  static let operators: [String: Translation] =
    [
      shapeOperators, layoutOperators, unaryOperators, binaryOperators, windowOperators,
      reductionOperators, matrixOperators, quantizedOperators, indexOperators, selectionOperators,
      normalizationOperators, poolOperators,
    ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }
}
