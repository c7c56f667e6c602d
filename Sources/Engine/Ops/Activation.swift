import CGlimpseKernels

/// An activation function, applied elementwise; a NaN stays NaN.
package enum Activation: Hashable, Sendable {
  /// x
  case identity
  /// max(x, 0)
  case relu
  /// x for x > 0, else slope * x (Maas et al. 2013)
  case leakyReLU(slope: Float)
  /// x for x > 0, else alpha * (e^x - 1) (Clevert et al. 2015)
  case elu(alpha: Float)
  /// x * sigmoid(x) (Elfwing et al. 2017)
  case silu
  /// x * clamp(x / 6 + 1 / 2, 0, 1) (Howard et al. 2019, "Searching for MobileNetV3")
  case hardSwish
  /// x * Phi(x), the exact form (Hendrycks and Gimpel 2016)
  case gelu
  /// 1 / (1 + e^-x)
  case sigmoid
  /// (e^x - e^-x) / (e^x + e^-x)
  case tanh

  /// The C description for the kernels.
  var code: gk_activation {
    switch self {
    case .identity: gk_activation(kind: GK_IDENTITY, parameter: 0)
    case .relu: gk_activation(kind: GK_RELU, parameter: 0)
    case .leakyReLU(let slope): gk_activation(kind: GK_LEAKY_RELU, parameter: slope)
    case .elu(let alpha): gk_activation(kind: GK_ELU, parameter: alpha)
    case .silu: gk_activation(kind: GK_SILU, parameter: 0)
    case .hardSwish: gk_activation(kind: GK_HARD_SWISH, parameter: 0)
    case .gelu: gk_activation(kind: GK_GELU, parameter: 0)
    case .sigmoid: gk_activation(kind: GK_SIGMOID, parameter: 0)
    case .tanh: gk_activation(kind: GK_TANH, parameter: 0)
    }
  }
}
