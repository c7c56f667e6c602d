import Imaging

extension Dataset {
  /// The dataset with a part of its classes, in the given order. Objects of other classes are
  /// dropped: they become background.
  ///
  /// - Parameter classes: Class indices, each once.
  package func selecting(classes: [Int]) -> Dataset {
    var places = [Int?](repeating: nil, count: classNames.count)
    for (place, index) in classes.enumerated() { places[index] = place }
    return mappingClasses(names: classes.map { classNames[$0] }) { places[$0] }
  }

  /// The dataset with all classes joined to one.
  package func joiningClasses(as name: String) -> Dataset {
    mappingClasses(names: [name]) { _ in 0 }
  }

  /// The dataset with a part of its samples.
  package func with(_ samples: [Sample]) -> Dataset {
    var result = self
    result.samples = samples
    return result
  }

  /// The dataset without the objects that are marked difficult.
  package func droppingDifficult() -> Dataset {
    var result = self
    for (index, sample) in samples.enumerated() {
      let kept = sample.annotations.indices.filter { !sample.annotations[$0].isDifficult }
      result.samples[index].annotations = kept.map { sample.annotations[$0] }
      if let ids = sample.ids?.annotations {
        result.samples[index].ids?.annotations = kept.map { ids[$0] }
      }
    }
    return result
  }

  /// - Parameter place: The new index of a class; nil for one that is dropped.
  private func mappingClasses(names: [String], _ place: (Int) -> Int?) -> Dataset {
    var result = self
    result.classNames = names
    // Ids and frequencies are those of the old classes.
    result.classIds = []
    result.classFrequencies = []
    for index in result.samples.indices {
      let sample = samples[index]
      result.samples[index].imageClass = sample.imageClass.flatMap(place)
      result.samples[index].labeledClasses = sample.labeledClasses?.mapped(place)
      result.samples[index].annotations = sample.annotations.compactMap { object in
        place(object.classIndex).map { new in
          var object = object
          object.classIndex = new
          return object
        }
      }
      if sample.maskPath != nil {
        let old = sample.maskClassIndices ?? Array(classNames.indices)
        result.samples[index].maskClassIndices = old.map { $0.flatMap(place) }
      }
    }
    return result
  }
}
