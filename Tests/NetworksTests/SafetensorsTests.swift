@testable import Basics
import Engine
import Foundation
import Testing

@testable import Networks

/// A file as the format's description has it: the header's length, the header, the data.
private func file(_ header: String, data: [UInt8] = []) -> [UInt8] {
  withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { [UInt8]($0) } + header.utf8 + data
}

/// One tensor of a header.
private func tensor(_ name: String, _ type: String, _ shape: String, _ begin: Int, _ end: Int)
  -> String
{
  #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#
}

@Suite("Safetensors") struct SafetensorsTests {
  @Test("reads every type of number in little-endian order")
  func types() throws {
    // IEEE 754: 1.5 is 3FC00000, -2 is C0000000; in 16 bits 1 is 3C00 and the largest number, 65504,
    // 7BFF; the upper half of 1.5 is 3FC0; in 64 bits -0.5 is BFE0000000000000.
    let header =
      "{\"__metadata__\":{\"a\":\"b\"},"
      + [
        tensor("single", "F32", "[2]", 0, 8), tensor("half", "F16", "[1,2]", 8, 12),
        tensor("brain", "BF16", "[1]", 12, 14), tensor("double", "F64", "[]", 14, 22),
        tensor("counter", "I64", "[]", 22, 30), tensor("none", "F32", "[0,3]", 30, 30),
      ].joined(separator: ",") + "}"
    let data: [UInt8] =
      [0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0] + [0, 0x3C, 0xFF, 0x7B] + [0xC0, 0x3F]
      + [0, 0, 0, 0, 0, 0, 0xE0, 0xBF] + [7, 0, 0, 0, 0, 0, 0, 0]
    let opened = try Safetensors(bytes: file(header, data: data), name: "x")
    #expect(opened.metadata == ["a": "b"])
    #expect(opened.values("single") == [1.5, -2])
    #expect(opened.values("half") == [1, 65504])
    #expect(opened.values("brain") == [1.5])
    #expect(opened.values("double") == [-0.5])
    #expect(opened.values("none") == [])
    #expect(opened.entries["half"]?.shape == [1, 2])
    // Public weights have such counters: they are no reason to refuse the file, and are not read.
    #expect(opened.entries["counter"]?.type == nil)
    #expect(opened.values("counter") == nil)
    #expect(opened.values("absent") == nil)
  }

  @Test("writes what it reads", arguments: ElementType.allCases)
  func roundTrip(_ type: ElementType) throws {
    // Numbers of few bits, which every type holds exactly.
    let values: [Float] = [0, -0.5, 1, 3.25, -96, 240, 0.125]
    var writer = SafetensorsWriter(metadata: ["quote \"": "line\n", "empty": ""])
    writer.add("z/\u{e9}", shape: [7], values: values, as: type)
    writer.add("a", shape: [1, 7, 1], values: values.reversed(), as: type)
    writer.add("scalar", shape: [], values: [2], as: type)
    let bytes = writer.bytes
    #expect(writer.bytes == bytes)
    // The data are aligned for those who map the file.
    #expect(bytes[0] % 8 == 0)
    let opened = try Safetensors(bytes: bytes, name: "x")
    #expect(opened.metadata == ["quote \"": "line\n", "empty": ""])
    #expect(opened.values("z/\u{e9}") == values)
    #expect(opened.values("a") == values.reversed())
    #expect(opened.entries["a"]?.shape == [1, 7, 1])
    #expect(opened.entries["scalar"]?.shape == [])
    #expect(opened.entries["a"]?.type == type)
  }

  @Test("rounds to the nearest number of a smaller type")
  func rounding() throws {
    var writer = SafetensorsWriter(metadata: [:])
    // bfloat16 keeps 8 bits of a number, so near 256 it has steps of 2: 257 lies between 256 and
    // 258 and goes to the even one, 256; 259 goes to 260. binary16 has steps of 2 near 2048.
    writer.add("brain", shape: [3], values: [257, 259, .nan], as: .bf16)
    writer.add("half", shape: [2], values: [2049, 2051], as: .f16)
    let opened = try Safetensors(bytes: writer.bytes, name: "x")
    #expect(opened.values("brain")?.prefix(2) == [256, 260])
    #expect(opened.values("brain")?.last?.isNaN == true)
    #expect(opened.values("half") == [2048, 2052])
  }

  /// What is wrong, and the file.
  private static let hostile: [(String, [UInt8])] = {
    let good = tensor("a", "F32", "[2]", 0, 8)
    let zeros = [UInt8](repeating: 0, count: 8)
    let long = String(repeating: "n", count: 5000)
    return [
      ("empty", []),
      ("too short for a length", [1, 0, 0]),
      ("no header", file("")),
      ("header longer than the file", [9, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8)),
      ("largest length", [UInt8](repeating: 0xFF, count: 8) + Array("{}".utf8)),
      ("length of a negative number", [0, 0, 0, 0, 0, 0, 0, 0x80] + Array("{}".utf8)),
      ("not JSON", file("{nonsense")),
      ("not UTF-8", file("{\"") + [0xFF, 0xFE]),
      ("a list", file("[]")),
      ("space before the brace", file(" {}")),
      ("unclosed", file("{\(good)", data: zeros)),
      ("no offsets", file(#"{"a":{"dtype":"F32","shape":[2]}}"#, data: zeros)),
      ("one offset", file(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#, data: zeros)),
      ("text for a shape", file(#"{"a":{"dtype":"F32","shape":"2","data_offsets":[0,8]}}"#)),
      ("fraction in a shape", file("{\(tensor("a", "F32", "[2.5]", 0, 8))}", data: zeros)),
      ("unknown type", file("{\(tensor("a", "F128", "[2]", 0, 8))}", data: zeros)),
      ("end past the file", file("{\(tensor("a", "F32", "[4]", 0, 16))}", data: zeros)),
      ("end before its begin", file("{\(tensor("a", "F32", "[2]", 8, 0))}", data: zeros)),
      ("begin below zero", file("{\(tensor("a", "F32", "[4]", -8, 8))}", data: zeros)),
      ("gap at the front", file("{\(tensor("a", "F32", "[1]", 4, 8))}", data: zeros)),
      ("bytes left over", file("{\(tensor("a", "F32", "[1]", 0, 4))}", data: zeros)),
      (
        "overlap",
        file(
          "{\(tensor("a", "F32", "[2]", 0, 8)),\(tensor("b", "F32", "[1]", 4, 8))}", data: zeros)
      ),
      (
        "gap in the middle",
        file(
          "{\(tensor("a", "F16", "[1]", 0, 2)),\(tensor("b", "F32", "[1]", 4, 8))}", data: zeros)
      ),
      ("the same name twice", file("{\(good),\(good)}", data: zeros)),
      (
        "the same name, once escaped",
        file("{\(good),\(tensor("\\u0061", "F32", "[2]", 0, 8))}", data: zeros)
      ),
      ("metadata twice", file(#"{"__metadata__":{},"__metadata__":{}}"#)),
      ("metadata of numbers", file(#"{"__metadata__":{"a":1}}"#)),
      ("shape smaller than the bytes", file("{\(tensor("a", "F32", "[1]", 0, 8))}", data: zeros)),
      ("shape larger than the bytes", file("{\(tensor("a", "F32", "[3]", 0, 8))}", data: zeros)),
      ("negative extents", file("{\(tensor("a", "F32", "[-1,-2]", 0, 8))}", data: zeros)),
      (
        "product of extents past 64 bits",
        file("{\(tensor("a", "F32", "[4294967296,4294967296,2]", 0, 8))}", data: zeros)
      ),
      (
        "extent past 64 bits",
        file("{\(tensor("a", "F32", "[18446744073709551617]", 0, 8))}", data: zeros)
      ),
      (
        "product of zero and too much",
        file("{\(tensor("a", "F32", "[9223372036854775807,8,0]", 0, 0))}")
      ),
      ("deep nesting", file(String(repeating: "[", count: 100_000))),
      ("deep nesting inside", file("{\"a\":" + String(repeating: "{\"a\":", count: 100_000))),
      ("long name with an escape", file("{\(tensor(long + "\\u001b[2J", "F1", "[2]", 0, 8))}")),
    ]
  }()

  @Test("refuses what is not sound, with a sentence that names the file", arguments: hostile)
  func refusal(_ what: String, _ bytes: [UInt8]) {
    let error = #expect(throws: NetworksError.self) {
      try Safetensors(bytes: bytes, name: "bad.safetensors")
    }
    let sentence = error?.description ?? ""
    #expect(sentence.hasPrefix("bad.safetensors is not a valid safetensors file: "))
    #expect(sentence.count < 400)
    #expect(!sentence.unicodeScalars.contains { $0.properties.generalCategory == .control })
  }

  @Test("survives any damage: it throws, or every tensor can be read")
  func fuzz() throws {
    var writer = SafetensorsWriter(metadata: ["class_names": "[\"cat\"]"])
    writer.add("a.weight", shape: [2, 3], values: [1, 2, 3, 4, 5, 6])
    writer.add("a.bias", shape: [2], values: [1, 2], as: .f16)
    writer.add("b", shape: [], values: [1], as: .bf16)
    let sound = writer.bytes
    var generator = SeededGenerator(seed: 2026)
    var opened = 0
    for _ in 0..<20_000 {
      var bytes = sound
      for _ in 0...Int.random(in: 0...3, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        // Digits and brackets keep the JSON alive, and so reach the checks behind it.
        case 2:
          bytes[place] = Array("0123456789-[]{},:\"".utf8).randomElement(using: &generator) ?? 0
        case 3: bytes.remove(at: place)
        case 4: bytes.insert(UInt8(ascii: "9"), at: place)
        default: bytes.removeLast(Int.random(in: 0...min(8, bytes.count - 1), using: &generator))
        }
        if bytes.isEmpty { bytes = sound }
      }
      guard let file = try? Safetensors(bytes: bytes, name: "x") else { continue }
      opened += 1
      for (name, entry) in file.entries {
        let count = file.values(name)?.count
        #expect(entry.type == nil || count == entry.shape.reduce(1, *))
      }
    }
    // Damage to the numbers alone goes unseen, so some files do open.
    #expect(opened > 100)
  }

  @Test(
    "refuses files that cannot be read", arguments: ["/nowhere/x.safetensors", "/", "/dev/zero"])
  func unreadable(_ path: String) {
    let error = #expect(throws: NetworksError.self) { try Safetensors(path: path) }
    #expect(error?.description.contains(path) == true)
  }

  @Test("writes aside and renames; a folder that is not there is an error")
  func writing() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "glimpse-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var writer = SafetensorsWriter(metadata: [:])
    writer.add("a", shape: [2], values: [1, 2])
    let path = folder.appendingPathComponent("w.safetensors").path
    try writer.write(to: path)
    writer.add("b", shape: [1], values: [3])
    try writer.write(to: path)
    #expect(try Safetensors(path: path).values("b") == [3])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["w.safetensors"])
    let error = #expect(throws: NetworksError.self) {
      try writer.write(to: folder.path + "/no/w.safetensors")
    }
    #expect(error?.description.contains(folder.path + "/no/w.safetensors") == true)
  }
}
