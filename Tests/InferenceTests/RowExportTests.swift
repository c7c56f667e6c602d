import Basics
import Foundation
import TestSupport
import Testing

@testable import Inference

/// The rows of detect in the forms of other programs. Expected values follow from the boxes: a corner and
/// a size for COCO, parts of 200 x 100 pixels for MegaDetector.
@Suite struct RowExportTests {
  private let rows = [
    #"{"index":0,"id":"a","path":"in/7.jpg","status":"ok","width":200,"height":100,"boxes":["#
      + #"{"box":[10.0,20.0,60.5,70.25],"class":"cat, big","class_index":1,"score":0.5},"#
      + #"{"box":[0.0,0.0,200.0,100.0],"class":"dog","class_index":0,"score":0.25}],"#
      + #""model":"ab","precision":"f32"}"#,
    #"{"index":1,"id":"b","path":"b.jpg","status":"ok","width":9,"height":9,"boxes":[],"model":"ab","#
      + #""precision":"f32"}"#,
    #"{"index":2,"id":"c","path":"c.jpg","status":"failed","error":"it is \"no\" image","#
      + #""error_class":"damaged","model":"ab","precision":"f32"}"#,
  ]

  private func export(
    _ form: RowExport.Form, ids: COCOResultIds = COCOResultIds()
  ) throws -> String {
    var export = RowExport(form, ids: ids)
    var text = export.start
    for row in rows { text += try export.text(Array(row.utf8)) }
    return text + export.end
  }

  @Test func rowsStayAsTheyAre() throws {
    #expect(try export(.rows) == rows.map { $0 + "\n" }.joined())
  }

  @Test func csvHasALinePerBox() throws {
    #expect(
      try export(.csv) == """
        index,id,path,status,error,width,height,class,class_index,score,x1,y1,x2,y2
        0,a,in/7.jpg,ok,,200,100,"cat, big",1,0.5,10.0,20.0,60.5,70.25
        0,a,in/7.jpg,ok,,200,100,dog,0,0.25,0.0,0.0,200.0,100.0
        1,b,b.jpg,ok,,9,9,,,,,,,
        2,c,c.jpg,failed,"it is ""no"" image",,,,,,,,,

        """)
  }

  @Test func cocoHasIds() throws {
    #expect(
      try export(.coco) == """
        [
        {"image_id":7,"category_id":2,"bbox":[10.0,20.0,50.5,50.25],"score":0.5},
        {"image_id":7,"category_id":1,"bbox":[0.0,0.0,200.0,100.0],"score":0.25}]

        """)
    let folder = try TestFolder()
    try folder.write(
      #"{"images":[{"id":"x1","file_name":"in/7.jpg"}],"annotations":[],"#
        + #""categories":[{"id":90,"name":"cat, big"},{"id":3,"name":"dog"}]}"#, to: "a.json")
    let text = try export(.coco, ids: COCOResultIds(annotations: folder.path("a.json")))
    #expect(text.contains(#"{"image_id":"x1","category_id":90,"#))
    try folder.write(#"{"images":[],"annotations":[],"categories":[]}"#, to: "b.json")
    let error = #expect(throws: InferenceError.self) {
      try export(.coco, ids: COCOResultIds(annotations: folder.path("b.json")))
    }
    #expect(error?.description == "in/7.jpg is missing or ambiguous in the annotations")
  }

  @Test func megadetectorHasPartsOfTheImage() throws {
    let text = try export(.megadetector)
    let value = try JSONValue(parsing: Array(text.utf8))
    #expect(value["detection_categories"]?.line == #"{"1":"dog","2":"cat, big"}"#)
    guard case .array(let images)? = value["images"] else {
      Issue.record("no images: \(text)")
      return
    }
    // 10 / 200, 20 / 100, 50.5 / 200, 50.25 / 100.
    #expect(
      images[0].line.hasPrefix(
        #"{"file":"in/7.jpg","detections":[{"category":"2","conf":0.5,"bbox":[0.05,0.2,0.2525,0.5025]}"#
      ))
    #expect(images[1].line == #"{"file":"b.jpg","detections":[]}"#)
    #expect(images[2].line == #"{"file":"c.jpg","failure":"it is \"no\" image"}"#)
  }

  @Test func otherLinesAreRefused() {
    for line in ["", "[]", "{}", rows[0].replacing("\"box\":", with: "\"bo\":")] {
      var export = RowExport(.csv)
      #expect(throws: InferenceError.self) { try export.text(Array(line.utf8)) }
    }
  }
}
