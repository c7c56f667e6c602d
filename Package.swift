// swift-tools-version: 6.2
import PackageDescription

// The rows of the design: a target depends only on rows below its own (LayeringTests checks it).
let package = Package(
  name: "glimpse",
  products: [
    .executable(name: "glimpse", targets: ["GlimpseCommand"]),
    .library(name: "Glimpse", targets: ["Glimpse"]),
  ],
  targets: [
    // Row 0: what every module needs once, and C, only where Swift cannot go.
    .target(name: "Basics"),
    .target(name: "CGlimpseKernels", linkerSettings: [.linkedLibrary("m")]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng",
      providers: [.apt(["pkg-config", "libpng-dev"]), .brew(["pkg-config", "libpng"])]),
    .systemLibrary(
      name: "CJPEG", pkgConfig: "libjpeg",
      providers: [.apt(["pkg-config", "libjpeg-dev"]), .brew(["pkg-config", "jpeg-turbo"])]),
    .systemLibrary(
      name: "CZLIB", pkgConfig: "zlib",
      providers: [.apt(["pkg-config", "zlib1g-dev"]), .brew(["pkg-config", "zlib"])]),
    .target(
      name: "CGlimpseCodecs", dependencies: ["CPNG", "CJPEG"],
      linkerSettings: [.linkedLibrary("m")]),
    // The shipped weights, embedded.
    .target(name: "CGlimpseWeights"),
    // Row 1
    .target(name: "Engine", dependencies: ["CGlimpseKernels", "Basics"]),
    .target(
      name: "Imaging", dependencies: ["CGlimpseCodecs", "CZLIB", "CGlimpseKernels", "Basics"]),
    // Row 2
    .target(name: "Networks", dependencies: ["CGlimpseWeights", "Engine", "Basics"]),
    .target(name: "Datasets", dependencies: ["Imaging", "Basics"]),
    .target(name: "Evaluation", dependencies: ["Imaging", "Basics"]),
    // Row 3
    .target(
      name: "Inference",
      dependencies: ["Networks", "Datasets", "Evaluation", "Imaging", "Engine", "Basics"]),
    .target(name: "Loading", dependencies: ["Datasets", "Imaging", "Engine", "Basics"]),
    .target(name: "Interop", dependencies: ["Networks", "Engine", "Basics"]),
    // Row 4
    .target(
      name: "Training",
      dependencies: [
        "Inference", "Loading", "Networks", "Datasets", "Evaluation", "Engine", "Imaging", "Basics",
      ]),
    .target(name: "Reports", dependencies: ["Evaluation", "Datasets", "Imaging", "Basics"]),
    // Row 5
    .target(
      name: "Glimpse",
      dependencies: [
        "Training", "Reports", "Inference", "Loading", "Interop", "Networks", "Datasets",
        "Evaluation", "Engine", "Imaging", "Basics",
      ]),
    // Row 6
    .executableTarget(name: "GlimpseCommand", dependencies: ["Glimpse"]),

    // What several test targets need.
    .target(
      name: "TestSupport", dependencies: ["Engine", "Imaging", "Basics", "TestEnvironment"],
      path: "Tests/TestSupport"),
    .target(name: "TestEnvironment", path: "Tests/TestEnvironment"),
    .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
    .testTarget(name: "BasicsTests", dependencies: ["Basics", "TestSupport"]),
    .testTarget(
      name: "ImagingTests",
      dependencies: ["Imaging", "CGlimpseCodecs", "CGlimpseKernels", "Basics", "TestSupport"],
      exclude: ["Golden"]),
    .testTarget(
      name: "EngineTests",
      dependencies: ["Engine", "CGlimpseKernels", "Basics", "TestSupport", "AllocationCounter"],
      exclude: ["Golden"]),
    .testTarget(
      name: "NetworksTests",
      dependencies: ["Networks", "Engine", "Basics", "TestSupport"],
      exclude: ["Golden"]),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "Imaging", "Basics", "TestSupport"],
      exclude: ["Golden", "Photographs"]),
    .testTarget(
      name: "EvaluationTests", dependencies: ["Evaluation", "Imaging", "Basics", "TestSupport"],
      exclude: ["Golden", "Speed"]),
    .testTarget(
      name: "InferenceTests",
      dependencies: [
        "Inference", "Networks", "Datasets", "Evaluation", "Engine", "Imaging", "Basics",
        "TestSupport",
      ],
      exclude: ["Golden", "Speed"]),
    .testTarget(
      name: "LoadingTests",
      dependencies: ["Loading", "Datasets", "Engine", "Imaging", "Basics", "TestSupport"],
      exclude: ["Speed"]),
    .testTarget(
      name: "InteropTests",
      dependencies: [
        "Interop", "Inference", "Networks", "Engine", "Imaging", "Basics", "TestSupport",
      ],
      exclude: ["Golden", "Speed"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Training", "Loading", "Inference", "Networks", "Datasets", "Evaluation", "Engine",
        "Imaging", "Basics", "TestSupport",
      ],
      exclude: ["Golden", "Speed"]),
    .testTarget(
      name: "ReportsTests",
      dependencies: ["Reports", "Evaluation", "Datasets", "Imaging", "Basics", "TestSupport"]),
    .testTarget(
      name: "CommandTests", dependencies: ["GlimpseCommand", "Glimpse", "TestSupport"],
      exclude: ["Golden"]),
    .testTarget(name: "GlimpseTests", dependencies: ["Glimpse"]),
    .testTarget(name: "LayeringTests"),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17
)
