import Glimpse

extension PipelineSummary {
  /// Milliseconds per image.
  private var stages: KeyValuePairs<String, Double> {
    let scale = 1000 / Double(max(images, 1))
    return [
      "read": times.decode * scale, "prepare": times.preprocess * scale,
      "infer": times.network * scale, "post-process": times.postprocess * scale,
    ]
  }

  /// "read 2.1, prepare 0.3, infer 7.9, post-process 0.1".
  var stageText: String {
    stages.map { "\($0.key) \(NumberFormat.decimal($0.value))" }.joined(separator: ", ")
  }

  var stageJSON: JSONValue {
    .object(
      stages.map {
        JSONMember(
          key: $0.key.replacing("-", with: "_"), value: .number(($0.value * 1000).rounded() / 1000))
      })
  }
}
