/// The classes of Pascal VOC, in the order of the palette of its masks.
///
/// Source: the VOC 2012 development kit, section 3.2; index 0 is the background.
enum VOCClasses {
  static let names = [
    "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
    "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train",
    "tvmonitor",
  ]
}
