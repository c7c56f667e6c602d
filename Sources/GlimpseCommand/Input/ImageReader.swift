import Glimpse
import Synchronization

/// Reads several images at once, each on a thread of its own.
struct ImageReader: Sendable {
  let policy: DecodePolicy
  let pool: ThreadPool

  /// The images in the order of their paths; one that cannot be read fails alone.
  func read(_ paths: [String]) -> [Result<DecodedImage, CommandError>] {
    let results = Mutex([Result<DecodedImage, CommandError>?](repeating: nil, count: paths.count))
    pool.run(paths.count) { index in
      let result = read(paths[index])
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0.compactMap { $0 } }
  }

  private func read(_ path: String) -> Result<DecodedImage, CommandError> {
    do {
      return .success(try ImageFile.read(path, policy: policy))
    } catch {
      return .failure(CommandError(error.advice, exitCode: .someInputsFailed))
    }
  }
}

extension ImagingError {
  /// The sentence with the names of options where the library tells those of its properties.
  var advice: String {
    switch self {
    case .endsEarly(let name, .jpeg, let reason):
      "\(name) ends early, part of the image is missing (\(reason)); "
        + "--accept-truncated uses what is there"
    case .garbled(let name, let codec, let reason):
      "\(name) is a damaged \(codec) file (\(reason)); --accept-truncated uses what is there"
    case .tooManyPixels(let name, let width, let height, let limit):
      "\(name) claims to have \(width)x\(height) pixels, more than the limit of \(limit); "
        + "raise --max-pixels if it is to be trusted"
    default: description
    }
  }
}
