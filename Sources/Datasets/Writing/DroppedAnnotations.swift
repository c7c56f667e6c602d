/// What is lost when a dataset is written in a format that has no room for it.
package enum DroppedAnnotations: String, CaseIterable, Sendable {
  case objects = "objects are left out: the format has no boxes"
  case mergedObjects = "objects are drawn into masks, where they cannot be told apart"
  case crowds = "crowd regions are left out: as objects they would be wrong"
  case segmentations = "polygons are left out, their boxes kept: the format has no polygons"
  case masks = "masks are left out, their boxes kept: the format has no runs of pixels"
  case joinedPolygons = "polygons of several polygons are joined to one each"
  case emptySegmentations = "polygons without a pixel or a polygon are left out, their boxes kept"
  case boxesOfSegmentations =
    "boxes become the ones around their polygons, which are written instead"
  case marks = "marks are lost: difficult, truncated or occluded"
  case areas = "areas are lost that are not the box's width times height"
  case imageClasses = "classes of whole images are left out"
  case imageMasks = "masks of whole images are left out"
  case takenNames =
    "images get a number: others there have the same name, but for endings and capitals"
  case replacedCharacters =
    "images get another name: _ stands for what names cannot hold everywhere, or it was too long"
  case addedEndings = "images get an ending, .jpg or .png, without which they would not be found"
}
