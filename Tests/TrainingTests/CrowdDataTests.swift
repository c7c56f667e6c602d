import Datasets
import TestSupport
import Testing

@testable import Training

/// Datasets with nothing but crowd regions: there is nothing to train on.
struct CrowdDataTests {
  private func dataset(isCrowd: [Int]) throws -> (Dataset, TestFolder) {
    let folder = try TestFolder()
    try folder.writeImage("train/a.png")
    let rows = isCrowd.enumerated().map { index, flag in
      "{\"id\": \(index + 1), \"image_id\": 1, \"category_id\": 1, \"bbox\": [\(index), 2, 5, 5], "
        + "\"iscrowd\": \(flag)}"
    }
    try folder.write(
      #"{"images": [{"id": 1, "file_name": "a.png"}], "categories": [{"id": 1, "name": "cat"}], "#
        + "\"annotations\": [\(rows.joined(separator: ","))]}", to: "train/_annotations.coco.json")
    return (try Dataset.open(path: folder.path, split: "train"), folder)
  }

  @Test func aDatasetOfCrowdsIsRefused() throws {
    let (data, _) = try dataset(isCrowd: [1, 1])
    let error = #expect(throws: DatasetsError.self) { try DetectionTask.check(data) }
    #expect(error?.description.contains("all 2 objects of the split \"train\" are crowd") == true)
    let (mixed, _) = try dataset(isCrowd: [1, 0])
    try DetectionTask.check(mixed)
  }
}
