import Glimpse

/// Where the time of an image goes, in milliseconds.
struct StageMilliseconds: Sendable {
  /// From the file to pixels.
  let reading: Double
  /// From pixels to the network's input.
  let preparation: Double
  /// The network itself.
  let network: Double
  /// From its outputs to boxes.
  let decoding: Double

  private var parts: KeyValuePairs<String, Double> {
    ["read": reading, "prepare": preparation, "infer": network, "post-process": decoding]
  }

  /// In milliseconds an image: "read 2.1, prepare 0.3, infer 7.9, post-process 0.1".
  var text: String {
    parts.map { "\($0.key) \(NumberFormat.decimal($0.value))" }.joined(separator: ", ")
  }

  var json: JSONValue {
    .object(
      parts.map {
        JSONMember(
          key: $0.key.replacing("-", with: "_"), value: .number(($0.value * 1000).rounded() / 1000))
      })
  }
}
