import Foundation

/// Standard output or standard error.
struct TextOutput: Sendable {
  let isTerminal: Bool
  /// Whether bold text is supported.
  let isStyled: Bool
  /// The line width in columns.
  let columns: Int
  let write: @Sendable (String) throws -> Void

  /// The line width in columns if the output is not a terminal.
  static let widest = 100

  static let standardOutput = TextOutput(STDOUT_FILENO, name: "standard output")
  static let standardError = TextOutput(STDERR_FILENO, name: "standard error")
}

extension TextOutput {
  private init(_ descriptor: Int32, name: String) {
    let environment = ProcessInfo.processInfo.environment
    isTerminal = isatty(descriptor) == 1 && environment["TERM"] != "dumb"
    // NO_COLOR disables styles if it is not empty (no-color.org).
    isStyled = isTerminal && environment["NO_COLOR", default: ""].isEmpty
    columns = isTerminal ? Self.columns(of: descriptor) : Self.widest
    write = { text in
      try Array(text.utf8).withUnsafeBytes { try Self.write($0, to: descriptor, name: name) }
    }
  }

  private static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, name: String
  ) throws {
    var rest = bytes
    while !rest.isEmpty {
      let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
      if written >= 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      } else if errno == EPIPE {
        throw ReaderGone()
      } else if errno == EAGAIN {
        // The descriptor is non-blocking: wait.
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&waiting, 1, -1)
      } else if errno != EINTR {
        throw CommandError("cannot write to \(name): \(String(cString: strerror(errno)))")
      }
    }
  }

  private static func columns(of descriptor: Int32) -> Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}

/// The reader closed the pipe, as `head` does; the program ends without an error message.
struct ReaderGone: Error {}
