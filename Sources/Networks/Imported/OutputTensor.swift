/// An output of a network of another program, with the name and the layout of its file.
package struct OutputTensor: Sendable {
  package let name: String
  /// The extents in the file's order.
  package let dims: [Int]
  /// The values, row-major.
  package let values: [Float]

  package init(name: String, dims: [Int], values: [Float]) {
    precondition(dims.reduce(1, *) == values.count, "\(values.count) values do not have \(dims)")
    (self.name, self.dims, self.values) = (name, dims, values)
  }

  /// The extent of the last axis.
  package var columns: Int { dims.last ?? 1 }
  /// The number of rows of `columns` values.
  package var rows: Int { values.count / max(columns, 1) }
}
