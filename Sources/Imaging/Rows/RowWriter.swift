/// Writes an image file row by row; the file appears under its name when it is complete.
package protocol RowWriter: AnyObject {
  /// Writes the next rows, which are whole and in the file's format.
  func append(_ rows: [UInt8]) throws(ImagingError)
  /// Gives the complete file its name. Without it, nothing is left.
  func commit() throws(ImagingError)
}
