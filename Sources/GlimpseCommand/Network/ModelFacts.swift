import Glimpse

/// The network of a run, for its rows and its manifest.
struct ModelFacts {
  let name: String
  let hash: String
  let precision: String

  init(_ model: Model, _ weights: WeightsSource, _ kernels: Kernels) throws {
    name = model.description.name
    hash = try weights.hash(of: name)
    precision = kernels.precision.rawValue
  }

  /// The facts of an ensemble, whose hash is that of the hashes of its networks.
  init(_ models: [Model], _ sources: [WeightsSource], _ kernels: Kernels) throws {
    let parts = try zip(models, sources).map { try ModelFacts($0, $1, kernels) }
    name = parts.map(\.name).joined(separator: "+")
    let hashes = parts.map(\.hash)
    hash = hashes.count == 1 ? hashes[0] : SHA256.hex(of: hashes.joined().utf8)
    precision = kernels.precision.rawValue
  }

  var rows: RowFacts { RowFacts(modelHash: hash, precision: precision) }
}
