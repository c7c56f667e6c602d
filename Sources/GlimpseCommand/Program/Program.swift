import Foundation
import Glimpse

/// Selects a command, runs it and returns its exit code.
enum Program {
  /// Runs the command line and ends the process.
  static func start() -> Never {
    // A closed pipe and a file size limit are then errors of writing, so that commands can clean up.
    signal(SIGPIPE, SIG_IGN)
    occupyClosedDescriptors()
    signal(SIGXFSZ, SIG_IGN)
    Interruption.observe()
    let code = run(Array(CommandLine.arguments.dropFirst()), on: Console())
    exit(code.rawValue)
  }

  /// Keeps files from getting the numbers of standard streams that the caller closed, which would mix
  /// output into them; writing to these fails as before.
  private static func occupyClosedDescriptors() {
    for descriptor in 0...2 where fcntl(Int32(descriptor), F_GETFD) == -1 {
      _ = open("/dev/null", O_RDONLY)
    }
  }

  /// - Parameter words: The arguments without the program's name.
  static func run(_ words: [String], on console: Console) -> ExitCode {
    do {
      return try dispatch(words, on: console)
    } catch is ReaderGone {
      return .done
    } catch {
      console.note("error: \(Sentence.printable("\(error)"))")
      return ExitCode(endingWith: error)
    }
  }

  private static func dispatch(_ words: [String], on console: Console) throws -> ExitCode {
    guard let first = words.first else {
      try console.diagnostics.write(page(for: console.diagnostics).program(CommandList.all))
      return .usage
    }
    switch first {
    case "--help", "-h":
      try console.write(page(for: console.output).program(CommandList.all))
    case "--version", "-V", "version":
      try console.print("glimpse \(glimpseVersion)")
    default:
      return try launch(command(named: first), Array(words.dropFirst()), on: console)
    }
    return .done
  }

  private static func command(named name: String) throws(CommandError) -> any Command.Type {
    if let command = CommandList.all.first(where: { $0.name == name }) { return command }
    if name.hasPrefix("-") {
      let hint = Nearest.suggestion(
        for: String(name.drop { $0 == "-" }), among: ["help", "version"], prefix: "--")
      throw .usage(
        "unknown option \(Sentence.printable(name)) before a command"
          + (hint.isEmpty ? "; options follow the command, as in 'glimpse info --json'" : hint))
    }
    let hint =
      Habits.commandAnswers[name].map { "; " + $0 } ?? Habits.commands[name].map {
        "; did you mean \($0)?"
      }
      ?? Nearest.suggestion(for: name, among: CommandList.names)
    throw .usage(
      "unknown command \(Sentence.quoted(name))"
        + (hint.isEmpty ? "; 'glimpse --help' lists the commands" : hint))
  }

  private static func launch<C: Command>(
    _ type: C.Type, _ words: [String], on console: Console
  ) throws -> ExitCode {
    switch try ArgumentParser<C>.parse(words) {
    case .help:
      try console.write(page(for: console.output).command(CommandDescription(type)))
      return .done
    case .run(let command):
      // Refuses an unknown GLIMPSE_ISA before anything is done.
      _ = try InstructionSet.chosen()
      return try command.run(on: console)
    }
  }

  private static func page(for output: TextOutput) -> HelpPage {
    HelpPage(columns: output.columns, isStyled: output.isStyled)
  }
}

/// The commands in the order of `glimpse --help`.
enum CommandList {
  static let all: [any Command.Type] = [
    Detect.self, Segment.self, Classify.self, Train.self, Evaluate.self, Check.self, Convert.self,
    Split.self,
    Export.self, Import.self,
    Merge.self, Verify.self, Schema.self, Info.self, Bench.self, Run.self, Completions.self,
    Manual.self, Help.self,
  ]

  static var names: [String] { all.map { $0.name } }
  static var descriptions: [CommandDescription] { all.map { CommandDescription($0) } }
}
