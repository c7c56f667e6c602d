/// What each module under Sources may import: the target graph of the design.
///
/// SwiftPM does not stop an import that is not declared but reachable through another target, so
/// the rows are checked here. A new module needs a line.
enum ModuleTable {
  /// Modules that come with the toolchain and may be used everywhere in Swift.
  static let toolchain: Set<String> = [
    "Swift", "Foundation", "FoundationXML", "Dispatch", "Synchronization", "Glibc", "Musl",
    "Darwin", "Accelerate",
  ]

  /// Modules of our own that a module may import.
  static let allowed: [String: Set<String>] = [
    // Row 0
    "Basics": [],
    "CGlimpseKernels": [],
    "CPNG": [],
    "CJPEG": [],
    "CZLIB": [],
    "CGlimpseCodecs": [],
    "CGlimpseWeights": [],
    // Row 1
    "Engine": ["CGlimpseKernels", "Basics"],
    "Imaging": ["CGlimpseCodecs", "CZLIB", "CGlimpseKernels", "Basics"],
    // Row 2
    "Networks": ["CGlimpseWeights", "Engine", "Basics"],
    "Datasets": ["Imaging", "Basics"],
    "Evaluation": ["Imaging", "Basics"],
    // Row 3
    "Inference": ["Networks", "Datasets", "Evaluation", "Imaging", "Engine", "Basics"],
    "Loading": ["Datasets", "Imaging", "Engine", "Basics"],
    "Interop": ["Networks", "Engine", "Basics"],
    // Row 4
    "Training": [
      "Inference", "Loading", "Networks", "Datasets", "Evaluation", "Engine", "Imaging", "Basics",
    ],
    "Reports": ["Evaluation", "Datasets", "Imaging", "Basics"],
    // Row 5
    "Glimpse": [
      "Training", "Reports", "Inference", "Loading", "Interop", "Networks", "Datasets",
      "Evaluation", "Engine", "Imaging", "Basics",
    ],
    // Row 6
    "GlimpseCommand": ["Glimpse"],
  ]

  /// The umbrella, the only module that passes others on.
  static let umbrella = "Glimpse"

  /// Headers that only these C modules may include: image codecs, and vectors of a processor.
  static let reservedHeaders: [String: [String]] = [
    "png.h": ["CGlimpseCodecs", "CPNG"],
    "jpeglib.h": ["CGlimpseCodecs", "CJPEG"],
    "jerror.h": ["CGlimpseCodecs"],
    "zlib.h": ["CZLIB"],
    "immintrin.h": ["CGlimpseKernels"],
    "arm_neon.h": ["CGlimpseKernels"],
    "cpuid.h": ["CGlimpseKernels"],
    "glimpse_codecs.h": ["CGlimpseCodecs"],
    "glimpse_kernels.h": ["CGlimpseKernels"],
  ]

  /// The longest source file, in lines.
  static let longestFile = 400

  /// All that the top level holds, besides files that begin with a dot.
  static let topLevel: Set<String> = [
    "Package.swift", "Sources", "Tests", "Weights", "Samples", "README.md", "LICENSE",
  ]
}
