import Foundation
import Synchronization
import Testing

@testable import Basics

@Suite struct LoadedFileTests {
  private final class Flag: Sendable {
    let isSet = Atomic(false)
  }

  /// Another process writes a file anew while it is read: the content is whole, or the file is
  /// refused. A mapped file would end the process (SIGBUS), and the start of an image would be decoded
  /// as a damaged image.
  @Test(arguments: [true, false]) func aFileThatBecomesShorterIsAnError(isLabel: Bool) throws {
    func read(_ path: String) throws(FileError) -> Int {
      try FileContents.read(path, limit: .max).bytes.count
    }
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("glimpse-loaded-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let size = 1 << 24
    try Data(count: size).write(to: URL(fileURLWithPath: path))
    let (stop, ended) = (Flag(), DispatchSemaphore(value: 0))
    Thread.detachNewThread {
      while !stop.isSet.load(ordering: .relaxed) {
        truncate(path, 1)
        truncate(path, size)
      }
      ended.signal()
    }
    defer {
      stop.isSet.store(true, ordering: .relaxed)
      ended.wait()
    }
    var failure: FileError?
    let end = ContinuousClock.now + .seconds(20)
    while failure == nil, ContinuousClock.now < end {
      do throws(FileError) {
        let count = try isLabel ? LoadedFile(path).bytes.count : read(path)
        #expect(count == size || count == 1)
      } catch {
        failure = error
      }
    }
    #expect(
      failure?.description
        == "\(path): the file cannot be read: it became shorter while it was read")
  }
}
