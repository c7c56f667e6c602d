/// The version of Glimpse, as `--version` prints it and weights files record it.
package let glimpseVersion = "0.1.0"
