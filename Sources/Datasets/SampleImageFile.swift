import Imaging

/// What the datasets ask of image files.
package enum SampleImageFile {
  /// An image as upright 8-bit RGB, reduced to the given longer side if it is larger.
  package static func read(_ path: String, longerSide: Int) throws(ImagingError) -> Image {
    let options = DecodeOptions(neededLongerSide: longerSide)
    let image = try ImageFile.read(path, options: options).image
    let longer = max(image.width, image.height)
    guard longer > longerSide else { return image }
    func reduced(_ side: Int) -> Int {
      max(1, Int((Double(side) * Double(longerSide) / Double(longer)).rounded()))
    }
    return image.resized(
      width: reduced(image.width), height: reduced(image.height), filter: .area)
  }
}
