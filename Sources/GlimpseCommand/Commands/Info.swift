/// Tells what the machine offers: what to put into a report of a problem or of a speed.
struct Info: Command {
  static let name = "info"
  static let summary =
    "Show what Glimpse finds on this machine: processors, kernels, limits, memory"

  var printsJSON = false

  static let options: [OptionGroup<Info>] = [
    OptionGroup(
      "Output",
      [.flag("json", \.printsJSON, help: "Print one line of JSON instead of a table")])
  ]

  static let examples = [
    Example(
      "glimpse info", "Which kernels run, on how many processors, and how much memory there is."),
    Example("glimpse info --json", "The same for a script, with memory in bytes."),
  ]

  func run(on console: Console) throws -> ExitCode {
    let machine = try MachineFacts.read()
    if printsJSON {
      try console.print(JSONValue.object(machine.json).line)
    } else {
      try console.write(FactTable(machine.rows).text)
    }
    return .done
  }
}
