import Engine
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite struct LearningRateScheduleTests {
  /// 4 steps of warm-up and 9 of the cosine, whose middle is the mean of both ends.
  private let schedule = LearningRateSchedule(
    peak: 0.1, finalLearningRateFraction: 0.2, momentum: 0.9, warmupMomentum: 0.8, warmupSteps: 4,
    totalSteps: 13)

  @Test func warmUpClimbsInEqualParts() {
    for (step, rate) in [(0, 0.025), (1, 0.05), (2, 0.075), (3, 0.1)] {
      #expect(abs(schedule.hyperparameters(ofStep: step).rate - rate) < 1e-15)
    }
    #expect(abs(schedule.hyperparameters(ofStep: 0).momentum - 0.825) < 1e-15)
    #expect(schedule.hyperparameters(ofStep: 4).momentum == 0.9)
  }

  @Test func cosineGoesFromPeakToFinalFraction() {
    #expect(schedule.hyperparameters(ofStep: 4).rate == 0.1)
    // A quarter of the way: 0.02 + 0.08 (1 + cos 45 degrees) / 2.
    #expect(
      abs(schedule.hyperparameters(ofStep: 6).rate - (0.02 + 0.04 * (1 + 0.5.squareRoot()))) < 1e-15
    )
    #expect(abs(schedule.hyperparameters(ofStep: 8).rate - 0.06) < 1e-15)
    #expect(abs(schedule.hyperparameters(ofStep: 12).rate - 0.02) < 1e-15)
  }

  @Test func flatCosineStaysAtThePeakForHalfOfTheSteps() {
    var flat = schedule
    flat.course = .flatCosine
    // 13 steps: the peak up to step 6, then six steps down to the final fraction.
    for step in 3...6 { #expect(flat.hyperparameters(ofStep: step).rate == 0.1) }
    #expect(abs(flat.hyperparameters(ofStep: 9).rate - 0.06) < 1e-15)
    #expect(abs(flat.hyperparameters(ofStep: 12).rate - 0.02) < 1e-15)
    // A warm-up that is longer than half of the steps.
    flat.warmupSteps = 8
    #expect(flat.hyperparameters(ofStep: 8).rate == 0.1)
    #expect(flat.hyperparameters(ofStep: 9).rate < 0.1)
  }

  @Test func stepsPastTheEndKeepTheLastRate() {
    #expect(abs(schedule.hyperparameters(ofStep: 100).rate - 0.02) < 1e-15)
  }

  @Test func withoutWarmUpTheFirstStepHasThePeak() {
    let plain = LearningRateSchedule(
      peak: 1, finalLearningRateFraction: 0, momentum: 0.9, warmupMomentum: 0.9, warmupSteps: 0,
      totalSteps: 1)
    #expect(plain.hyperparameters(ofStep: 0) == StepHyperparameters(rate: 1, momentum: 0.9))
  }
}

@Suite struct WeightAverageTests {
  @Test(arguments: InstructionSet.available)
  func followsAllFloats(set: InstructionSet) throws {
    let arithmetic = VectorOperations(pool: ThreadPool(threads: 2), kernels: try Kernels(set))
    let parameters = ParameterBlock(OptimizerTests.layout, seed: 2)
    let average = ExponentialMovingAverage(of: parameters, memory: 100)
    var expected = parameters.values.map { Double($0) }
    for update in 1...3 {
      for index in parameters.values.indices { parameters.values[index] += Float(update) }
      let decay = 0.99 * (1 - exp(-Double(update) / 10))
      for index in expected.indices {
        expected[index] = decay * expected[index] + (1 - decay) * Double(parameters.values[index])
      }
      average.update(parameters, update: update, arithmetic: arithmetic)
    }
    #expect(largestDifference(average.values.values, expected) < 3e-6)
  }

  @Test func decayGrowsToItsLimit() {
    let average = ExponentialMovingAverage(
      of: ParameterBlock(zeros: OptimizerTests.layout), memory: 5000)
    // The ramp is 500 updates: 1 - exp(-1/500) and 1 - exp(-1).
    #expect(abs(average.decay(ofUpdate: 1) - 0.9998 * 1.998001332667e-3) < 1e-12)
    #expect(abs(average.decay(ofUpdate: 500) - 0.9998 * 0.6321205588) < 1e-10)
  }

  @Test(arguments: [(0.0, 0.0), (1e9, 0.9999)])
  func memoryIsLimited(memory: Double, decay: Double) {
    let average = ExponentialMovingAverage(
      of: ParameterBlock(zeros: OptimizerTests.layout), memory: memory)
    #expect(abs(average.decay(ofUpdate: 1_000_000) - decay) < 1e-12)
  }
}
