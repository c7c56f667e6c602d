import Imaging

/// What the data sets ask of picture files.
enum PictureFile {
  /// The upright size of a picture, in pixels, from its header.
  static func size(_ path: String) throws -> (width: Int, height: Int) {
    throw DatasetsError(file: path, "waiting for the codecs.")
  }

  /// A picture as upright 8-bit RGB, reduced to about the given longer side if it is larger.
  static func read(_ path: String, longerSide: Int) throws -> Image {
    throw DatasetsError(file: path, "waiting for the codecs.")
  }
}
