import Imaging
import TestSupport
import Testing

@testable import Reports

@Suite struct MaskTintTests {
  /// 0.55 of the image and 0.45 of the color where the mask is not 0, the image elsewhere.
  @Test func maskedPixelsAreTinted() throws {
    let folder = try TestFolder()
    let image = folder.path + "/a.png"
    try ImageFile.write(Image(width: 4, height: 2, filledWith: 100), to: image)
    var covered = Image(width: 4, height: 2, format: .gray8, filledWith: 0)
    covered.bytes[1] = 255
    let tinted = try MaskTint.image(image, mask: covered)
    #expect(Array(tinted.bytes.prefix(6)) == [100, 100, 100, 169, 118, 55])
  }
}
