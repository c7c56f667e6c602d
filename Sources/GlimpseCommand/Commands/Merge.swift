import Glimpse

/// Joins the rows of a run's shards, also in the forms of other programs.
struct Merge: Command {
  var folder = ""
  var form = RowExport.Form.rows
  var annotations: String?
  var renames: [ClassRename] = []
  var output: String?
  var overwrites = false

  static let name = "merge"
  static let summary = "Join the rows of a run's shards, in the order of the inputs"
  static let discussion = [
    "Prints the rows of a folder that detect, segment or classify wrote with --output, one line of JSON per input. "
      + "The bytes are the same for any number of shards. It is refused while a shard is missing.",
    "The rows of detect can be converted: to COCO results, whose image ids are those of --annotations or "
      + "file names that are numbers, to CSV, one line per box, and to MegaDetector's batch output.",
  ]

  static let arguments: [Positional<Merge>] = [
    .one("folder", \.folder, help: "Folder of the run")
  ]

  static let options: OptionGroups<Merge> = [
    "Output": [
      .value("to", \.form, help: "Form of the output"),
      .value(
        "annotations", \.annotations, unit: "file",
        help: "COCO annotation file that gives the ids of images and categories for --to coco"),
      .values(
        "map", \.renames, unset: "equal names",
        help: "Classes that the annotations have under another name, as in tvmonitor=tv,sofa=couch"),
      .value(
        "output", short: "o", \.output, unit: "file", unset: "standard output",
        help: "File to write"),
      .flag("overwrite", \.overwrites, help: "Replace an existing file"),
    ]
  ]

  static let examples: KeyValuePairs = [
    "glimpse merge results > all.jsonl": "One row per input of all shards.",
    "glimpse merge results --to coco --annotations instances_val2017.json -o results.json":
      "A file that pycocotools loads.",
  ]

  func check(given names: Set<String>) throws(CommandError) {
    if annotations != nil, form != .coco {
      throw .usage("--annotations gives the ids of --to coco")
    }
    if !renames.isEmpty, annotations == nil {
      throw .usage("--map gives the names of classes in --annotations")
    }
  }

  func run(on console: Console) throws -> ExitCode {
    if let output { try ResultFolder.checkNew(file: output, overwrites: overwrites) }
    var export = RowExport(
      form,
      ids: try annotations.map { try COCOResultIds(annotations: $0, renames: renames) }
        ?? COCOResultIds())
    let reader = try ResultReader(folder)
    guard let output else {
      try convert(reader, &export) { try console.write($0) }
      return .done
    }
    let file = try AtomicFile(output)
    try convert(reader, &export) { try file.append(Array($0.utf8)) }
    try file.commit()
    return .done
  }

  private func convert(
    _ reader: ResultReader, _ export: inout RowExport, to write: (String) throws -> Void
  ) throws {
    var pending = export.start
    try reader.read { line in
      pending += try export.text(line)
      guard pending.utf8.count > 1 << 16 else { return }
      try write(pending)
      pending = ""
      try Interruption.check("not all rows were written")
    }
    try write(pending + export.end)
  }
}

extension RowExport.Form: OptionWord {
  package static var valueName: String { "form" }
}
