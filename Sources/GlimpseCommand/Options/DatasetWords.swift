import Glimpse

extension DatasetFormat: OptionWord {}
extension DatasetWriter.Pictures: OptionWord {}
