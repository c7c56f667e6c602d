extension Plan {
  /// Bytes that a session takes besides the network's parameters and their gradients: the arena,
  /// packed parameters, and the workspaces of its threads.
  package func byteCount(threads: Int) -> Int {
    (arenaCount + preparedCount + workspaceCount * threads) * MemoryLayout<Float>.size
  }
}

extension ParameterLayout {
  /// Bytes of one block.
  package var byteCount: Int { count * MemoryLayout<Float>.size }
}
