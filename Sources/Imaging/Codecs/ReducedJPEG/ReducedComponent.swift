/// A color component on its way from coded blocks to samples, a row of coded units at a time.
///
/// A class, so that the loop over blocks borrows its tables instead of copying references to them.
final class ReducedComponent {
  private let reader: BlockReader
  private let transform: ReducedTransform
  /// Blocks in a coded unit, across and down.
  private let across: Int
  private let down: Int
  /// Where its coefficients begin among those of a row of units, of all components.
  private let firstCoefficient: Int
  /// Where its samples begin among those of a row of units; nil where nobody wants them.
  private let firstSample: Int?

  /// Makes a component whose blocks become `columns` x `rows` samples each; nil where it lacks a table
  /// or the numbers are not 1, 2 or 4.
  init?(
    _ component: JPEGFrame.Component, columns: Int, rows: Int, firstCoefficient: Int,
    firstSample: Int?
  ) {
    let isWanted = firstSample != nil
    guard [1, 2, 4].contains(columns), [1, 2, 4].contains(rows),
      let reader = BlockReader(
        component, columns: isWanted ? columns : 1, rows: isWanted ? rows : 1)
    else { return nil }
    self.reader = reader
    transform = ReducedTransform(columns: columns, rows: rows)
    across = component.across
    down = component.down
    self.firstCoefficient = firstCoefficient
    self.firstSample = firstSample
  }

  /// The coefficients of a coded unit.
  var unitSize: Int { across * down * reader.size }

  /// Reads the blocks of a coded unit, the `column`th of its row; false where they are not sound.
  @inline(__always)
  func readUnit(
    _ column: Int, of data: RawSpan, at position: inout Int, prediction: inout Int,
    into coefficients: inout MutableSpan<Float>
  ) -> Bool {
    var start = firstCoefficient + column * unitSize
    for _ in 0..<(across * down) {
      guard
        reader.read(
          data, at: &position, prediction: &prediction, into: &coefficients, from: start)
      else { return false }
      start += reader.size
    }
    return true
  }

  /// Makes the samples of a row of units.
  func transformRow(
    _ coefficients: Span<Float>, units: Int, into samples: inout MutableRawSpan, pitch: Int
  ) {
    guard let firstSample else { return }
    var first = firstCoefficient
    for column in 0..<units {
      for y in 0..<down {
        for x in 0..<across {
          let row = firstSample + y * transform.rows * pitch
          transform.apply(
            to: coefficients, from: first, into: &samples,
            at: row + (column * across + x) * transform.columns, pitch: pitch)
          first += reader.size
        }
      }
    }
  }
}
