/// The version that `--version` tells.
let glimpseVersion = "0.1.0"
