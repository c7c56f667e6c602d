import Glimpse
@testable import GlimpseCommand

/// A made-up command with every form of option and argument, for the tests of the option system.
struct Sampler: Command {
  enum Color: String, OptionWord {
    case red, green, blue
  }

  /// A configuration of a library that the command holds: options may reach into it.
  struct Recipe: Equatable {
    var epochs = 100
    var seed: UInt64 = 0
  }

  var inputs: [String] = []
  var confidence = 0.25
  var size = 416
  var most = 300
  var learningRate: Float = 0.01
  var weights: String?
  var color = Color.red
  var classes: [String] = []
  var recipe = Recipe()
  var printsJSON = false
  var saves = true

  static let name = "sample"
  static let summary = "Take a sample of every kind of option, to see that each of them works"
  static let discussion = [
    "A paragraph that is long enough to be broken: it goes on and on about nothing in particular, "
      + "until it has passed the hundredth column twice, which it does about here, more or less."
  ]

  static let arguments: [Positional<Sampler>] = [
    .many("path", \.inputs, help: "Images, folders, lists (.txt), or - for standard input")
  ]

  static let options: OptionGroups<Sampler> = [
    "Results": [
      .value(
        "conf", short: "c", \.confidence, .from(0, to: 1), unit: "score",
        help: "Lowest score of a box that is kept"),
      .value(
        "imgsz", \.size, .multiple(of: 32, to: 4096), unit: "pixels",
        help: "Side of the square that the network sees"),
      .value(
        "max-det", \.most, .atLeast(1), unit: "boxes", help: "Most boxes that are kept an image"),
      .value("lr", \.learningRate, .above(0), help: "Learning rate at the start"),
      .values("classes", \.classes, unit: "class", unset: "all", help: "Classes that are kept"),
      .value("color", \.color, help: "Color of the boxes"),
    ],
    "Training": [
      .value("epochs", \.recipe.epochs, .atLeast(1), help: "Passes over the training images")
        .alias("rounds"),
      .value("seed", \.recipe.seed, help: "Start of all that is random"),
    ],
    "Files": [
      .value(
        "weights", short: "w", \.weights, unit: "file", unset: "the built-in ones",
        help: "Weights to use"),
      .flag("no-save", \.saves, sets: false, help: "Write no images"),
      .flag("json", short: "j", \.printsJSON, help: "Print one line of JSON an image"),
      .settings("recipe", unit: "file", help: "Settings to begin with") {
        (command, text) throws(CommandError) in
        command.recipe = Recipe(epochs: text.count, seed: 5)
        command.confidence = 0.75
      },
    ],
  ]

  static let examples: KeyValuePairs = [
    "glimpse sample --conf 0.5 cat.jpg": "Keep only boxes with a score of 0.5 and more."
  ]

  func run(on console: Console) throws -> ExitCode { .done }
}

/// Two arguments.
struct Pair: Command {
  var first = ""
  var second = 0

  static let name = "pair"
  static let summary = "Take two arguments"
  static let arguments: [Positional<Pair>] = [
    .one("first", \.first, help: "Needed"), .one("second", \.second, help: "Needed, too"),
  ]
  static let options: OptionGroups<Pair> = [:]
  static let examples: KeyValuePairs<String, String> = [:]

  func run(on console: Console) throws -> ExitCode { .done }
}
