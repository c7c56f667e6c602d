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
    // Row 0: C, only where Swift cannot go.
    .target(name: "CGlimpseKernels", linkerSettings: [.linkedLibrary("m")]),
    .target(
      name: "CGlimpseCodecs",
      linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg"), .linkedLibrary("m")]),
    // The shipped weights, embedded.
    .target(name: "CGlimpseWeights"),
    // Row 1
    .target(name: "Engine", dependencies: ["CGlimpseKernels"]),
    .target(name: "Imaging", dependencies: ["CGlimpseCodecs", "CGlimpseKernels"]),
    // Row 2
    .target(name: "Networks", dependencies: ["CGlimpseWeights", "Engine", "Imaging"]),
    .target(name: "Datasets", dependencies: ["Imaging", "Engine"]),
    .target(name: "Evaluation", dependencies: ["Imaging"]),
    // Row 3
    .target(
      name: "Training", dependencies: ["Networks", "Datasets", "Evaluation", "Engine", "Imaging"]),
    // Row 4
    .target(
      name: "Glimpse",
      dependencies: ["Training", "Networks", "Datasets", "Evaluation", "Engine", "Imaging"]),
    .executableTarget(name: "GlimpseCommand", dependencies: ["Glimpse"]),

    .testTarget(
      name: "ImagingTests", dependencies: ["Imaging", "CGlimpseCodecs", "CGlimpseKernels"],
      exclude: ["Golden"]),
    .testTarget(
      name: "EngineTests", dependencies: ["Engine", "CGlimpseKernels"], exclude: ["Golden"]),
    .testTarget(
      name: "NetworksTests", dependencies: ["Networks", "Engine", "Imaging"],
      exclude: ["Golden"]),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "Engine", "Imaging"],
      exclude: ["Golden", "Speed"]),
    .testTarget(
      name: "EvaluationTests", dependencies: ["Evaluation", "Imaging"], exclude: ["Golden"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: ["Training", "Networks", "Datasets", "Evaluation", "Engine", "Imaging"],
      exclude: ["Golden"]),
    .testTarget(name: "CommandTests", dependencies: ["GlimpseCommand", "Glimpse"]),
    .testTarget(name: "GlimpseTests", dependencies: ["Glimpse"]),
    .testTarget(name: "LayeringTests"),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17
)
