import Basics
import Imaging
import Testing

@testable import Inference

/// File names of segmented images, and rows of results.
struct SegmentationNamesTests {
  @Test(arguments: [
    (["a/cat.jpg", "b/dog.png"], ["cat", "dog"]),
    (["a/cat.jpg", "b/cat.png", "b/dog.png"], ["a/cat", "b/cat", "dog"]),
    (["x/a/1.jpg", "x/b/1.jpg", "x/b/c/1.jpg"], ["a/1", "b/1", "b/c/1"]),
    (["x/1.jpg", "x/c/1.jpg"], ["1", "c/1"]),
    (["/p/q/1.jpg", "/p/r/1.tif"], ["q/1", "r/1"]),
    (["a/cat.jpg", "a/cat.png"], ["cat", "cat-2"]),
    (["cat.jpg", "cat.jpg"], ["cat", "cat-2"]),
    (["../a/1.png", "./b/1.png"], ["a/1", "b/1"]),
    (["a/Cat.jpg", "b/cat.jpg"], ["a/Cat", "b/cat"]),
  ])
  func imagesOfOneStemKeepTheirSubfolders(inputs: [String], names: [String]) {
    #expect(SegmentationNames(inputs: inputs).names == names)
  }

  @Test func rowsOfCSV() {
    var result = SegmentationResult(InputItem(path: "a,b.png"))
    (result.width, result.height) = (10, 5)
    result.classes = [.init(), .init()]
    result.classes[0].pixels = 10
    result.classes[0].areas = AreaHistogram([1, 4, 5])
    // Fraction 10 / 50; mean 10 / 3, median 4.
    #expect(result.csvRow == "\"a,b.png\",10,5,3,3.33,4.0,,10,0.2,3,3.33,4.0,0,0.0,0,0.0,0.0\n")
    let header = SegmentationResult.csvHeader(classNames: ["cell", "a \"b\""])
    #expect(header.hasPrefix("path,width,height,objects,mean_area,median_area,error,cell pixels,"))
    #expect(header.contains("\"a \"\"b\"\" pixels\""))
    result.failure = InferenceError("no")
    #expect(result.csvRow == "\"a,b.png\",,,,,,no\n")
    let line = result.jsonLine(classNames: [], RowFacts(modelHash: "abc", precision: "f32"))
    #expect(line.contains("\"path\":\"a,b.png\",\"status\":\"failed\",\"error\":\"no\""), "\(line)")
  }
}
