import Glimpse

/// Options that `detect`, `segment` and `classify` share.
extension RunOptions {
  static func inputOptions<Owner>(
    _ stream: Option<Owner>.Path<String?>, column: Option<Owner>.Path<String?>
  ) -> [Option<Owner>] {
    [
      .value(
        "stream", stream, unit: "file",
        help:
          "Read concatenated JPEG, PNG and PPM images from a file or, with -, from standard input, such "
          + "as those of ffmpeg -f image2pipe"),
      .value(
        "column", column, unit: "name", unset: "path, file, filename or image",
        help: "Column of the paths in CSV lists, and key in JSON Lines"),
    ]
  }

  static func batchOptions<Owner>(
    shard: Option<Owner>.Path<String?>, onError: Option<Owner>.Path<FailurePolicy>,
    maximumFailures: Option<Owner>.Path<Int?>
  ) -> [Option<Owner>] {
    [
      .value(
        "shard", shard, unit: "i/n", unset: "all inputs",
        help:
          "Process the inputs whose index modulo n is i, from 0; auto takes both from Slurm, "
          + "Kubernetes or Open MPI"),
      .value("on-error", onError, help: "What an image that fails does: skip it, or end the run"),
      .value(
        "max-failures", maximumFailures, .atLeast(0), unit: "images", unset: "no limit",
        help: "End the run after more failures"),
    ]
  }

  static func decodingOptions<Owner>(
    isStrict: Option<Owner>.Path<Bool>, maximumPixels: Option<Owner>.Path<Int>
  ) -> [Option<Owner>] {
    [
      .strict(isStrict),
      .value(
        "max-pixels", maximumPixels, .atLeast(1), unit: "pixels",
        help: "Maximum pixels of an image; larger ones are refused"),
    ]
  }
}

extension Positional {
  /// Images in all the forms that ``InputSource`` reads; none with --stream.
  static func paths(_ path: Option<Owner>.Path<[String]>) -> Positional {
    Positional(
      name: "path",
      help:
        "Images (JPEG, PNG, TIFF, BMP, PPM), folders, patterns ('*.jpg'), lists (.txt, .csv, .jsonl), "
        + "tar archives, or - for a list on standard input",
      count: 0...Int.max, words: [],
      apply: { (owner, text) throws(CommandError) in
        owner[keyPath: path].append(try ValueRule<String>.any.read(text, of: "<path>"))
      })
  }
}
