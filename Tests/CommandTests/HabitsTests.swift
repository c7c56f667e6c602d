import Testing

@testable import GlimpseCommand

/// Commands and options of other programs.
@Suite struct HabitsTests {
  private static let flags = CommandList.descriptions.map { command in
    (
      name: command.name,
      options: Set(command.flags.flatMap(\.spellings).map { $0.drop { $0 == "-" } })
    )
  }

  /// What the parser says to options of a command; nil if they are understood.
  private func complaint<C: Command>(_ words: [String], to command: C.Type) -> String? {
    do {
      _ = try ArgumentParser<C>.parse(words)
      return nil
    } catch {
      #expect(error.exitCode == .usage)
      return error.description
    }
  }

  /// Every alias means an option of some command, and no command has both as options.
  @Test func aliasesMeanOptions() {
    let names = Set(Self.flags.flatMap(\.options).map(String.init))
    for (alias, name) in Habits.aliases {
      #expect(names.contains(name), "\(alias)")
      for (_, options) in Self.flags {
        #expect(!(options.contains(alias[...]) && options.contains(name[...])), "\(alias)")
      }
    }
    for (_, command) in Habits.commands { #expect(CommandList.names.contains(command)) }
    #expect(Set(Habits.commands.keys).isDisjoint(with: CommandList.names))
  }

  /// Every answer is given by some command that has the options that it names.
  @Test func everyAnswerIsGiven() {
    for (name, answers) in Habits.answers {
      let given = Set(
        Self.flags.compactMap { Habits.answer(to: name, options: Set($0.options.map(String.init))) }
      )
      #expect(given == Set(answers), "\(name)")
    }
  }

  @Test(arguments: [
    (["--device", "0"], "Glimpse runs on the CPU only; drop it, or limit the cores by --threads"),
    (["--exist-ok"], "a run folder is never overwritten; give another --name"),
    (["--amp"], "drop it: --precision auto decides"), (["--cos_lr"], "use --lr-schedule cosine"),
    (["--source=x"], "use --data"),
  ])
  func trainAnswersHabits(words: [String], answer: String) {
    let name = words[0].prefix { $0 != "=" }
    #expect(complaint(words, to: Train.self) == "unknown option \(name): \(answer)")
  }

  /// Values of other programs are answered, and percentages.
  @Test(arguments: [
    (["train", "--batch", "-1"], "not '-1': use --batch auto"),
    (["train", "--cache", "ram"], "decoded images are kept in memory"),
    (["detect", "a.jpg", "--conf", "40"], "not '40'; did you mean 0.4?"),
    (["train", "--shear", "90"], "takes a number from 0 to 60, not '90'\n"),
  ])
  func valuesAreAnswered(words: [String], sentence: String) throws {
    let result = try BuiltProgram.run(words)
    #expect(result.exitCode == 2 && result.diagnostics.contains(sentence), "\(result.diagnostics)")
  }

  /// The run that was changed last is resumed, and a run's folder stands for its best weights.
  @Test func aRunIsNamedByItsFolderOrNotAtAll() throws {
    let folder = try TemporaryFolder()
    let none = try BuiltProgram.runShell("\"$GLIMPSE\" train --resume", in: folder.path)
    #expect(none.exitCode == 1 && none.diagnostics.contains("there is no run in the folder 'runs'"))
    try Fixtures.writeVOC(in: folder)
    let result = try BuiltProgram.runShell(
      "for name in a b; do \"$GLIMPSE\" train . --epochs 1 --imgsz 64 --batch 2 --name $name; done; "
        + "touch -d '2020-01-01' runs/b/*; \"$GLIMPSE\" train --resume --epochs 2; "
        + "\"$GLIMPSE\" detect JPEGImages/p0.png -w runs/a --no-save", in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let rows = try String(contentsOfFile: folder.path + "/runs/a/results.csv", encoding: .utf8)
    #expect(rows.split(separator: "\n").count == 3)
  }

  @Test func allUnknownOptionsAreReportedAtOnce() {
    #expect(
      complaint(["pets", "--rect", "--epcohs", "3", "--zebra", "epochs=3"], to: Train.self)
        == "unknown option --rect: with --imgsz N the shorter side follows the image already; drop it. "
        + "Unknown option --epcohs; did you mean --epochs? Unknown option --zebra; 'glimpse train "
        + "--help' lists those of train. Unknown argument 'epochs=3'; did you mean --epochs=3?")
  }

  @Test func aliasesAreAccepted() throws {
    let words = ["--img-size", "320", "--batch-size=4", "--project", "here", "--lr", "0.1"]
    guard case .run(let train) = try ArgumentParser<Train>.parse(["pets"] + words) else {
      Issue.record("no command")
      return
    }
    #expect(train.config.imgsz == .longerSide(320))
    #expect(train.config.output == "here" && train.config.learningRate == 0.1)
    #expect(train.config.data == "pets")
    #expect(
      complaint(["--treshold", "1"], to: Detect.self)
        == "unknown option --treshold; did you mean --conf?")
  }

  @Test func aDatasetIsGivenOnce() {
    #expect(
      complaint(["pets", "--data", "pets"], to: Train.self)
        == "the dataset is given twice, as an argument and with --data")
    #expect(
      complaint(["pets"], to: Evaluate.self)
        == "unexpected argument 'pets'; did you mean --data pets?")
  }

  @Test func commandsOfOtherProgramsAreAnswered() throws {
    let folder = try TemporaryFolder()
    let predict = try BuiltProgram.run(["predict", "cat.jpg"], in: folder.path)
    #expect(predict.exitCode == 2)
    #expect(predict.diagnostics == "error: unknown command 'predict'; did you mean detect?\n")
    #expect(try BuiltProgram.run(["version"], in: folder.path).output.hasPrefix("glimpse "))
  }
}
