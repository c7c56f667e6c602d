/// The version of Glimpse, without a leading letter.
package let glimpseVersion = "0.1.0"
