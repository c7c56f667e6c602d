import Basics
import Imaging

extension ImageResult where Prediction == [Detection] {
  /// A row of `detect --json`; boxes as [x1, y1, x2, y2] in pixels of the original image.
  package func jsonLine(classNames: [String], _ run: RowFacts) -> String {
    var json = JSONWriter()
    json.object { json in
      RowFacts.begin(input, failure: failure, &json)
      // A result whose files could not be written is not lost.
      if let size, let prediction {
        json.member("width", size.width)
        json.member("height", size.height)
        json.array("boxes") { list in
          for detection in prediction {
            let box = detection.box
            list.object {
              $0.member("box", [box.x1, box.y1, box.x2, box.y2].map { ($0 * 100).rounded() / 100 })
              $0.member("class", classNames[detection.classIndex])
              $0.member("class_index", detection.classIndex)
              $0.member("score", detection.score)
            }
          }
        }
        if run.showsTimes {
          json.member("milliseconds", (milliseconds * 1000).rounded() / 1000)
          json.object("stages") { times.write(to: &$0) }
        }
        if let drawing { json.member("drawing", run.path(drawing)) }
      }
      run.end(warnings: warnings, &json)
    }
    return json.text
  }

  /// Rows of a YOLO label file: class, center and size, relative to the image's size, and the score
  /// if it is requested.
  func labelRows(withScores: Bool) -> String {
    guard let size else { return "" }
    let (width, height) = (Double(size.width), Double(size.height))
    return (prediction ?? []).map { detection in
      let box = detection.box
      var numbers = [
        box.centerX / width, box.centerY / height, box.width / width, box.height / height,
      ]
      if withScores { numbers.append(Double(detection.score)) }
      let text = numbers.map { NumberFormat.fixed($0, 6) }.joined(separator: " ")
      return "\(detection.classIndex) \(text)\n"
    }.joined()
  }
}
