import Imaging

/// How much of a data set is read, and for what.
public struct DatasetReading: Sendable {
  /// Whether polygons and masks are read, besides boxes.
  public var outlines: Bool
  /// Whether the data set is looked over, rather than used.
  ///
  /// A label that cannot be understood ends the reading of a data set that is to be used, so that
  /// nobody trains without some of their labels. One that is looked over has it among its problems,
  /// and pictures without labels and classes without objects, too.
  public var surveys: Bool
  /// Whether pictures are looked for and their headers read. If not, sizes are those that the label
  /// files state or, where they state none, 0 by 0, and boxes given in fractions stay so.
  public var measuresPictures: Bool
  /// Whether boxes are cut to their pictures; if not, they stay as the label files have them.
  public var cutsBoxes: Bool
  /// What pictures and label files are read on.
  public var runner: TaskRunner
  /// Where sizes of pictures are looked up, and may be kept from run to run.
  public var pictures: PictureIndex

  /// Makes options; the defaults are those of training.
  public init(
    outlines: Bool = false, surveys: Bool = false, measuresPictures: Bool = true,
    cutsBoxes: Bool = true, runner: TaskRunner = .serial, pictures: PictureIndex = PictureIndex()
  ) {
    self.outlines = outlines
    self.surveys = surveys
    self.measuresPictures = measuresPictures
    self.cutsBoxes = cutsBoxes
    self.runner = runner
    self.pictures = pictures
  }
}
