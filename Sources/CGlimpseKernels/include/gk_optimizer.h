// Optimizer steps and reductions on flat blocks of parameters.
#pragma once

// One step of SGD with Nesterov momentum: g' = gradient_scale g + decay p, v = momentum v + g',
// p -= rate (g' + momentum v).
typedef struct {
  float rate;
  float momentum;
  float decay;
  float gradient_scale;
} gk_sgd_step;

// One step of AdamW: p *= kept, m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2,
// p -= rate m / (root_scale sqrt(v) + epsilon), with g = gradient_scale * gradient. `rate` and
// `root_scale` include the bias correction.
typedef struct {
  float rate;
  float root_scale;
  float beta1;
  float beta2;
  float epsilon;
  float kept;
  float gradient_scale;
} gk_adamw_step;

typedef struct {
  void (*sgd)(const gk_sgd_step *step, const float *gradient, float *parameter, float *velocity,
              long count);
  void (*adamw)(const gk_adamw_step *step, const float *gradient, float *parameter, float *first,
                float *second, long count);
  // average[i] += weight * (value[i] - average[i]).
  void (*average)(float weight, const float *value, float *average, long count);
  // The sum of squares in double precision; the order of summation depends only on `count`.
  double (*sum_of_squares)(const float *x, long count);
} gk_optimizer_table;
