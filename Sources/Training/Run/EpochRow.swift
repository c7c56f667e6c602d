import Foundation

/// One row of `results.csv`.
package struct EpochRow: Hashable, Sendable {
  /// The epoch, counted from 1 as in the file.
  package var epoch: Int
  /// Seconds since the run began, over all its sittings.
  package var seconds: Double
  /// The mean box loss.
  package var boxLoss: Double
  /// The mean class loss.
  package var classLoss: Double
  /// The learning rate of the last step.
  package var rate: Double
  /// AP at IoU 0.50, 0...1; nil where this epoch was not validated.
  package var ap50: Double?
  /// AP over IoU 0.50 to 0.95, 0...1; nil where this epoch was not validated.
  package var ap: Double?
  /// Training images a second, validation left out.
  package var imagesPerSecond: Double
  /// How much of that time was spent waiting for images, 0...1; nil in rows of earlier versions.
  package var dataWaitFraction: Double?

  /// The first line of the file.
  static let header = "epoch,time,box_loss,cls_loss,lr,AP50,AP50-95,images_per_s,wait"

  /// The row as a line of the file.
  var line: String {
    func text(_ value: Double?, _ digits: Int) -> String {
      value.map { String(format: "%.\(digits)f", $0) } ?? ""
    }
    return [
      "\(epoch)", text(seconds, 1), text(boxLoss, 5), text(classLoss, 5),
      String(format: "%.6g", rate), text(ap50, 5), text(ap, 5), text(imagesPerSecond, 2),
      text(dataWaitFraction, 4),
    ].joined(separator: ",")
  }

  /// Makes a row.
  init(
    epoch: Int, seconds: Double, boxLoss: Double, classLoss: Double, rate: Double, ap50: Double?,
    ap: Double?, imagesPerSecond: Double, dataWaitFraction: Double?
  ) {
    self.epoch = epoch
    self.seconds = seconds
    self.boxLoss = boxLoss
    self.classLoss = classLoss
    self.rate = rate
    self.ap50 = ap50
    self.ap = ap
    self.imagesPerSecond = imagesPerSecond
    self.dataWaitFraction = dataWaitFraction
  }

  /// Reads a line of the file; nil where it is none.
  init?(line: Substring) {
    let fields = line.split(separator: ",", omittingEmptySubsequences: false)
    guard (8...9).contains(fields.count), let epoch = Int(fields[0]),
      let seconds = Double(fields[1]),
      let boxLoss = Double(fields[2]), let classLoss = Double(fields[3]),
      let rate = Double(fields[4]), let speed = Double(fields[7])
    else { return nil }
    self.init(
      epoch: epoch, seconds: seconds, boxLoss: boxLoss, classLoss: classLoss, rate: rate,
      ap50: Double(fields[5]), ap: Double(fields[6]), imagesPerSecond: speed,
      dataWaitFraction: fields.count > 8 ? Double(fields[8]) : nil)
  }
}
