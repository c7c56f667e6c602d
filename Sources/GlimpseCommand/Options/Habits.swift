/// Commands and options of other programs (Ultralytics YOLO, YOLOv5, Darknet), for users who type them by
/// habit: what is the same is accepted, the rest is answered with what to use instead.
enum Habits {
  /// Other names of options, wherever a command has the option.
  static let aliases: [String: String] = [
    "img": "imgsz", "img-size": "imgsz", "image-size": "imgsz",
    "batch-size": "batch", "conf-thres": "conf", "conf-threshold": "conf",
    "threshold": "conf", "iou-thres": "iou", "iou-threshold": "iou", "max-detections": "max-det",
    "learning-rate": "lr0", "wd": "weight-decay", "num-workers": "workers", "hyp": "config",
    "nosave": "no-save", "ratio": "ratios",
    "num-threads": "threads", "early-stopping": "patience", "line-thickness": "line-width",
  ]

  /// What to use instead of an option: the first answer whose options the command has.
  static let answers: [String: [String]] = [
    "device": ["Glimpse runs on the CPU only; drop it, or limit the cores by --threads"],
    "gpus": ["Glimpse runs on the CPU only; drop it"],
    "gpu": ["Glimpse runs on the CPU only; drop it"],
    "project": ["use --output"], "name": ["use --output"],
    "exist-ok": ["use --overwrite", "a run folder is never overwritten; give another --name"],
    "amp": ["drop it: --precision auto decides"], "half": ["drop it: --precision auto decides"],
    "fp16": ["use --precision bf16"], "int8": ["there is no 8-bit arithmetic; drop it"],
    "save-period": [
      "a checkpoint for --resume is written after every epoch; drop it"
    ],
    "cos-lr": ["use --lr-schedule cosine"],
    "rect": ["with --imgsz N the shorter side follows the image already; drop it"],
    "pretrained": ["use --weights, which is builtin unless told otherwise"],
    "source": ["use --data", "name the images without an option"],
    "save": ["the results are written anyway; drop it, or use --no-save", "drop it"],
    "plots": ["use --report", "report.html is always written; drop it"],
    "val": ["use --val-interval", "name the split by --split"],
    "noval": ["use --val-interval"],
    "symlink": ["use --images symlink"], "copy": ["use --images copy"],
    "simplify": ["the graph is simplified already; drop it"],
    "opset": ["the opset is always 17; drop it"],
    "deterministic": ["results are always reproducible; drop it, or give --seed"],
    "show": ["there is no window; drop it and open the written files"],
    "view-img": ["there is no window; drop it and open the written files"],
    "vid-stride": ["videos are not read; extract frames first, by ffmpeg"],
    "cfg": ["use --model"],
    "format": ["use --from for the dataset's format, --to for the result's"],
    "augment": [
      "augmentations have options of their own, such as --mosaic; drop it",
      "test-time augmentation is for detect, evaluate and segment; drop it",
    ],
    "verbose": ["drop it"], "workspace": ["drop it"],
    "model": ["use --weights"],
    "task": ["the weights decide the task; drop it"],
    "show-labels": ["labels are drawn unless --hide-labels is given; drop it"],
    "show-conf": ["scores are drawn unless --hide-conf is given; drop it"],
    "visualize": ["feature maps are not drawn; drop it"],
    "retina-masks": ["masks have the size of the image already; drop it"],
    "dnn": ["ONNX files are run by Glimpse itself; drop it"],
    "stream-buffer": ["no image of a stream is left out; drop it"],
    "save-json": [
      "give --output, then 'glimpse merge' with '--to coco' converts its rows",
      "detections are not written here; 'glimpse detect' and 'glimpse merge' write them",
    ],
    "label-smoothing": ["targets are not smoothed; drop it"],
    "dropout": ["the networks have no dropout; drop it"],
    "nbs": ["use --accumulate for steps of several batches"],
    "dfl": ["boxes have no distribution loss; --box and --cls are the weights of the others"],
    "warmup-bias-lr": ["biases warm up as all parameters, in --warmup-epochs; drop it"],
    "overlap-mask": ["masks are read as they are; drop it"],
    "auto-augment": ["augmentations have options of their own, such as --hsv-h; drop it"],
    "dont-show": ["there is no window; drop it"],
    "ext-output": ["use --json, which prints the boxes"],
  ]

  /// What to use instead of a value of an option.
  private static let values: [String: [String: String]] = [
    "batch": ["-1": "use --batch auto"],
    "cache": [
      "ram": "decoded images are kept in memory, up to so many MiB; drop it",
      "true": "decoded images are kept in memory, up to so many MiB; drop it",
      "disk": "decoded images are kept in memory, up to so many MiB; drop it",
    ],
    "format": [
      "openvino": "export ONNX and convert it with OpenVINO's 'ovc'",
      "torchscript": "export ONNX, which PyTorch programs run with onnxruntime",
      "coreml": "Core ML's converter starts from PyTorch; export ONNX for onnxruntime",
      "tflite": "export ONNX and convert it with onnx2tf",
    ],
    "recipe": Dictionary(
      uniqueKeysWithValues: ["yolo", "yolov5", "yolov8", "yolo11"].map {
        ($0, "use --recipe ultralytics")
      }),
  ]

  /// What to use instead of a value that an option refuses.
  static func advice(on value: String, of option: String) -> String? {
    values[option]?[value.lowercased()]
  }

  /// The commands of other programs, and ours.
  static let commands: [String: String] = [
    "predict": "detect", "val": "evaluate", "validate": "evaluate", "test": "evaluate",
    "eval": "evaluate", "fit": "train", "benchmark": "bench", "seg": "segment",
    "completion": "completions", "manual": "man",
  ]

  /// The answers to commands that are none of ours.
  static let commandAnswers = [
    "track": "objects are not tracked between images; 'glimpse detect' finds them in each"
  ]

  /// The answer to an option that a command with the given options does not have.
  static func answer(to name: String, options: Set<String>) -> String? {
    answers[name]?.first { answer in
      answer.split { $0 == " " || $0 == "," || $0 == ";" }.filter { $0.hasPrefix("--") }
        .allSatisfy { options.contains(String($0.dropFirst(2))) }
    }
  }
}
