import Basics
import Imaging

/// A prediction that a row of JSON holds.
package protocol RowPrediction: Sendable {
  /// Writes the members of the prediction.
  func write(to json: inout JSONWriter, classNames: [String])
}

extension [Detection]: RowPrediction {
  /// Boxes as [x1, y1, x2, y2] in pixels of the original image.
  package func write(to json: inout JSONWriter, classNames: [String]) {
    json.array("boxes") { list in
      for detection in self {
        let box = detection.box
        list.object {
          $0.member("box", [box.x1, box.y1, box.x2, box.y2].map { ($0 * 100).rounded() / 100 })
          $0.member("class", classNames[detection.classIndex])
          $0.member("class_index", detection.classIndex)
          $0.member("score", detection.score)
        }
      }
    }
  }
}

extension Classification: RowPrediction {
  /// The classes with the highest scores, the highest first.
  package func write(to json: inout JSONWriter, classNames: [String]) {
    json.array("classes") { list in
      for item in classes {
        list.object {
          $0.member("class", classNames[item.classIndex])
          $0.member("class_index", item.classIndex)
          $0.member("score", item.score)
        }
      }
    }
  }
}

extension ImageResult where Prediction: RowPrediction {
  /// A row of `detect --json` and `classify --json`.
  package func jsonLine(classNames: [String], _ run: RowFacts) -> String {
    var json = JSONWriter()
    json.object { json in
      RowFacts.begin(input, failure: failure, &json)
      // A result whose files could not be written is not lost.
      if let size, let prediction {
        json.member("width", size.width)
        json.member("height", size.height)
        prediction.write(to: &json, classNames: classNames)
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

}

extension ImageResult where Prediction == [Detection] {
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
