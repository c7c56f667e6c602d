import Testing

@testable import GlimpseCommand

@Suite struct ArgumentParserTests {
  /// The command that a line makes; nil where it asks for help.
  private func parse(_ words: String...) throws -> Sampler? {
    switch try ArgumentParser<Sampler>.parse(words) {
    case .help: nil
    case .run(let command): command
    }
  }

  /// The sentence that answers a line that is not understood.
  private func complaint<C: Command>(_ words: [String], to command: C.Type) -> String {
    do {
      _ = try ArgumentParser<C>.parse(words)
      return "understood"
    } catch {
      #expect(error.exitCode == .usage)
      return error.description
    }
  }

  @Test func propertiesKeepTheirDefaults() throws {
    let command = try #require(try parse("a.jpg"))
    #expect(command.inputs == ["a.jpg"])
    #expect(command.confidence == 0.25)
    #expect(command.weights == nil)
    #expect(command.saves && !command.printsJSON)
  }

  @Test func allWaysToWriteAValueAreRead() throws {
    for words in [
      ["--conf", "0.5"], ["--conf=0.5"], ["-c", "0.5"], ["-c=0.5"],
      ["--conf", ".1", "--conf", ".5"],
    ] {
      let request = try ArgumentParser<Sampler>.parse(words + ["x"])
      guard case .run(let command) = request else {
        Issue.record("\(words) asks for help")
        continue
      }
      #expect(command.confidence == 0.5)
      #expect(command.inputs == ["x"])
    }
  }

  @Test func everyKindOfOptionSetsItsProperty() throws {
    let command = try #require(
      try parse(
        "a", "--max_det", "7", "--imgsz=640", "--lr", "1e-3", "--color", "Green", "--no-save", "-j",
        "--classes", "cat,dog", "--classes=person", "--weights", "w.safetensors", "--epochs", "3",
        "--seed", "18446744073709551615", "b"))
    #expect(command.inputs == ["a", "b"])
    #expect(command.most == 7)
    #expect(command.size == 640)
    #expect(command.learningRate == 1e-3)
    #expect(command.color == .green)
    #expect(!command.saves && command.printsJSON)
    #expect(command.classes == ["cat", "dog", "person"])
    #expect(command.weights == "w.safetensors")
    #expect(command.recipe == Sampler.Recipe(epochs: 3, seed: .max))
  }

  @Test func settingsFromAFileComeFirstWhereverTheyStand() throws {
    let command = try #require(
      try parse("x", "--epochs", "2", "--recipe", "four", "--seed=6", "--epochs", "3"))
    #expect(command.recipe == Sampler.Recipe(epochs: 3, seed: 6))
    #expect(command.confidence == 0.75)
    let other = try #require(try parse("x", "--conf", "0.5", "--recipe", "four"))
    #expect(other.recipe == Sampler.Recipe(epochs: 4, seed: 5))
    #expect(other.confidence == 0.5)
  }

  @Test func anAliasSetsTheSameProperty() throws {
    #expect(try parse("x", "--rounds", "7")?.recipe.epochs == 7)
    #expect(try parse("x", "--rounds=7", "--epochs", "8")?.recipe.epochs == 8)
    #expect(
      !HelpPage(columns: 80, isStyled: false).command(CommandDescription(Sampler.self)).contains(
        "rounds"))
    #expect(
      complaint(["--rounds", "0"], to: Sampler.self)
        == "--epochs takes a whole number of at least 1, not '0'")
  }

  @Test func twoDashesEndTheOptions() throws {
    let command = try #require(try parse("-j", "--", "--conf", "-x", "--help"))
    #expect(command.inputs == ["--conf", "-x", "--help"])
    #expect(command.printsJSON)
  }

  @Test func aDashIsAnArgumentAndANumberIsNoOption() throws {
    #expect(try parse("-")?.inputs == ["-"])
    #expect(try parse("-5")?.inputs == ["-5"])
    #expect(try parse("x", "--weights", "-")?.weights == "-")
    #expect(try parse("x", "--weights=--odd")?.weights == "--odd")
  }

  @Test func helpWinsOverMistakes() throws {
    #expect(try parse("--nonsense", "--help") == nil)
    #expect(try parse("-h") == nil)
  }

  @Test(arguments: [
    (["--cnof", "1"], "unknown option --cnof; did you mean --conf?"),
    (["--confidence=1"], "unknown option --confidence; did you mean --conf?"),
    (["-conf", "1"], "unknown option -conf; did you mean --conf?"),
    (["--max_dt=1"], "unknown option --max_dt; did you mean --max-det?"),
    (["--hlep"], "unknown option --hlep; did you mean --help?"),
    (["--zebra"], "unknown option --zebra; 'glimpse sample --help' lists those of sample"),
    (["-x"], "unknown option -x; 'glimpse sample --help' lists those of sample"),
    (["--conf"], "--conf needs a value: --conf <score>"),
    (["--conf", "--json"], "--conf needs a value: --conf <score>"),
    (["--conf", "high"], "--conf takes a number from 0 to 1, not 'high'"),
    (["--conf", "1.5"], "--conf takes a number from 0 to 1, not '1.5'"),
    (["--conf", "-0.1"], "--conf takes a number from 0 to 1, not '-0.1'"),
    (["--conf=nan"], "--conf takes a number from 0 to 1, not 'nan'"),
    (["--conf="], "--conf takes a number from 0 to 1, not ''"),
    (
      ["--imgsz", "100"],
      "--imgsz takes a multiple of 32, at most 4096, not '100'; the nearest is 96"
    ),
    (["--imgsz", "0"], "--imgsz takes a multiple of 32, at most 4096, not '0'; the nearest is 32"),
    (
      ["--imgsz", "9999999999"],
      "--imgsz takes a multiple of 32, at most 4096, not '9999999999'; the nearest is 4096"
    ),
    (["--imgsz", "4e2"], "--imgsz takes a multiple of 32, at most 4096, not '4e2'"),
    (["--max-det", "0"], "--max-det takes a whole number of at least 1, not '0'"),
    (["--lr", "0"], "--lr takes a number above 0, not '0'"),
    (["--seed", "-1"], "--seed takes a whole number, not negative, not '-1'"),
    (["--color", "gren"], "--color takes red, green or blue, not 'gren'; did you mean green?"),
    (["--color", "pink"], "--color takes red, green or blue, not 'pink'"),
    (["--weights="], "--weights takes a text, not ''"),
    (["--classes", "cat,,dog"], "--classes takes a text, not ''"),
    (["--json=yes"], "--json takes no value, but was given 'yes'"),
    (["conf=0.3"], "unknown argument 'conf=0.3'; did you mean --conf=0.3?"),
    (["max_det=3"], "unknown argument 'max_det=3'; did you mean --max-det=3?"),
    ([], "sample needs <path>...; 'glimpse sample --help' describes it"),
    (
      ["--\u{1B}[31m"],
      "unknown option --\\u{1B}[31m; 'glimpse sample --help' lists those of sample"
    ),
  ])
  func mistakesAreAnsweredInOneSentence(words: [String], sentence: String) {
    #expect(complaint(words, to: Sampler.self) == sentence)
  }

  @Test func placesAreFilledInOrder() throws {
    guard case .run(let pair) = try ArgumentParser<Pair>.parse(["a", "2"]) else {
      Issue.record("no command")
      return
    }
    #expect(pair.first == "a" && pair.second == 2)
    #expect(
      complaint(["a"], to: Pair.self)
        == "pair needs <first>; 'glimpse pair --help' describes it")
    #expect(
      complaint(["a", "2", "c"], to: Pair.self)
        == "unexpected argument 'c'; pair takes only <first> <second>")
    #expect(
      complaint(["a", "b"], to: Pair.self) == "<second> takes a whole number, not 'b'")
  }
}
