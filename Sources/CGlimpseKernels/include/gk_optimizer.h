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

// product = scale left right + added_scale added. All matrices are contiguous: left has rows x depth
// values, right depth x columns, product and `added`, which may be NULL, rows x columns. `product`
// may be none of the others. If `is_symmetric` is not 0, the product is known to be symmetric, and
// only half of it is computed. `panel` has room for 32 x depth values.
typedef struct {
  const float *left;
  const float *right;
  const float *added;
  float scale, added_scale;
  float *product;
  float *panel;
  long rows, columns, depth;
  int is_symmetric;
} gk_matrix_product;

typedef struct {
  void (*sgd)(const gk_sgd_step *step, const float *gradient, float *parameter, float *velocity,
              long count);
  void (*adamw)(const gk_adamw_step *step, const float *gradient, float *parameter, float *first,
                float *second, long count);
  // average[i] += weight * (value[i] - average[i]).
  void (*average)(float weight, const float *value, float *average, long count);
  // The sum of squares in double precision; the order of summation depends only on `count`.
  double (*sum_of_squares)(const float *x, long count);
  void (*matrix_product)(const gk_matrix_product *product);
} gk_optimizer_table;
