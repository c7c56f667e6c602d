/// The version of Glimpse (semantic versioning, without a leading "v").
package let glimpseVersion = "0.1.0"
