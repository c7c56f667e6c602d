/// What LabelMe's files say by flags of a shape, under names of Glimpse's own choice.
enum LabelMeFlag: String, CaseIterable {
  case crowd, difficult, truncated, occluded
}
