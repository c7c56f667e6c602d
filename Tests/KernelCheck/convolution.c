// Direct convolutions, dense, grouped and depthwise, in all directions.
#include "convolution.h"

typedef struct {
  long h, w;
} extent;
#define BOTH(x) {x, x}

// What is 0 stands for one image of 7 x 9 pixels, a kernel of 3 x 3 with padding 1, stride 1,
// dilation 1, one group, SiLU. Gaps are the values between pixels.
typedef struct {
  long n, h, w, input, output;
  extent kernel, stride, pad, dilation;
  long groups;
  gk_activation_kind activation;
  long gap;
} convolution_case;

#define POINTWISE .kernel = BOTH(1)

// Sizes that fit no vector or tile, and sizes that fill some; as in ConvolutionKernelTests.swift.
static const convolution_case dense_cases[] = {
    {.input = 1, .output = 1, .gap = 5},
    {.input = 3, .output = 5, .gap = 5},
    {.input = 5, .output = 17, .gap = 5},
    {.input = 17, .output = 33, .gap = 5},
    {.input = 33, .output = 3, .gap = 5},
    {.input = 64, .output = 64, .gap = 5},
    {.input = 16, .output = 48, .gap = 5},
    {.input = 31, .output = 100, .gap = 5},
    {.input = 8, .output = 130, .gap = 5},
    {.input = 130, .output = 8, .gap = 5},
    {.h = 1, .w = 1, .input = 7, .output = 9, .gap = 5},
    {.h = 2, .w = 31, .input = 4, .output = 20, .gap = 5},
    {.input = 17, .output = 33, POINTWISE, .gap = 5},
    {.n = 3, .input = 64, .output = 96, POINTWISE, .gap = 5},
    {.input = 16, .output = 16, POINTWISE, .stride = BOTH(2), .gap = 5},
    {.input = 6, .output = 9, POINTWISE, .groups = 3, .gap = 5},
    {.n = 2, .h = 11, .w = 13, .input = 3, .output = 16, .kernel = BOTH(3), .stride = BOTH(2),
     .pad = BOTH(1), .gap = 5},
    {.n = 2, .h = 14, .w = 10, .input = 3, .output = 16, .kernel = BOTH(7), .stride = BOTH(2),
     .pad = BOTH(3), .gap = 5},
    {.input = 6, .output = 10, .kernel = BOTH(3), .stride = BOTH(3), .gap = 5},
    {.h = 12, .w = 11, .input = 5, .output = 7, .kernel = BOTH(3), .pad = BOTH(2),
     .dilation = BOTH(2), .gap = 5},
    {.h = 10, .w = 12, .input = 5, .output = 7, .kernel = {3, 5}, .stride = {2, 1}, .pad = {0, 2},
     .dilation = {2, 1}, .gap = 5},
    {.h = 9, .w = 9, .input = 4, .output = 4, .kernel = BOTH(4), .stride = BOTH(2),
     .pad = BOTH(1), .gap = 5},
    {.h = 6, .w = 6, .input = 4, .output = 20, .kernel = BOTH(2), .stride = BOTH(2), .gap = 5},
    {.h = 8, .w = 11, .input = 9, .output = 18, .kernel = BOTH(5), .pad = BOTH(2), .gap = 5},
    {.input = 6, .output = 9, .kernel = BOTH(3), .pad = BOTH(1), .groups = 3, .gap = 5},
    {.input = 34, .output = 68, .kernel = BOTH(3), .stride = BOTH(2), .pad = BOTH(1), .groups = 2,
     .gap = 5},
    // Few outputs; the last one sums more channels than that kernel takes.
    {.n = 2, .input = 16, .output = 1, POINTWISE, .gap = 5},
    {.input = 33, .output = 4, POINTWISE, .gap = 5},
    {.input = 96, .output = 3, POINTWISE},
    {.h = 2, .w = 3, .input = 1025, .output = 2, POINTWISE, .gap = 5},
    // Joined rows of taps, across both sides of an image, also of images narrower than they are.
    {.n = 2, .h = 21, .w = 37, .input = 3, .output = 16, .kernel = BOTH(3), .stride = BOTH(2),
     .pad = BOTH(1)},
    {.n = 2, .h = 14, .w = 30, .input = 3, .output = 16, .kernel = BOTH(7), .stride = BOTH(2),
     .pad = BOTH(3)},
    {.n = 2, .h = 5, .w = 2, .input = 3, .output = 5, .kernel = BOTH(7), .pad = BOTH(3)},
    {.n = 2, .h = 9, .w = 3, .input = 4, .output = 33, .kernel = BOTH(3), .pad = BOTH(2)},
    {.h = 12, .w = 20, .input = 2, .output = 8, .kernel = {9, 3}, .pad = BOTH(4)},
};

// Several blocks of many channels and several parts of a sum, for the matrix unit; as in
// BFloat16ConvolutionTests.swift. Other tables have them with fewer channels.
static const convolution_case large_cases[] = {
    {.h = 5, .w = 40, .input = 32, .output = 33, .gap = 5},
    {.h = 7, .w = 41, .input = 64, .output = 160, .kernel = BOTH(3), .stride = BOTH(2),
     .pad = BOTH(1), .gap = 5},
    {.n = 2, .h = 6, .w = 35, .input = 96, .output = 40, .kernel = BOTH(3), .pad = BOTH(2),
     .dilation = BOTH(2), .gap = 5},
    {.h = 5, .w = 37, .input = 128, .output = 300, POINTWISE, .gap = 5},
    {.h = 9, .w = 33, .input = 64, .output = 128, .kernel = BOTH(2), .stride = BOTH(2), .gap = 5},
    {.h = 6, .w = 36, .input = 64, .output = 192, .kernel = BOTH(3), .pad = BOTH(1), .groups = 2,
     .gap = 5},
};

static const convolution_case depthwise_cases[] = {
    {.input = 17, .gap = 5},
    {.input = 20, .gap = 5},
    {.h = 5, .w = 31, .input = 64},
    {.n = 2, .h = 12, .w = 15, .input = 33, .kernel = BOTH(3), .stride = BOTH(2), .pad = BOTH(1),
     .gap = 5},
    {.n = 2, .h = 12, .w = 15, .input = 20, .kernel = BOTH(5), .pad = BOTH(2), .gap = 5},
    {.h = 13, .w = 9, .input = 48, .kernel = BOTH(5), .stride = BOTH(2), .pad = BOTH(2), .gap = 5},
    {.h = 3, .w = 2, .input = 16, .kernel = BOTH(5), .pad = BOTH(2), .gap = 5},
    {.h = 9, .w = 9, .input = 5, .kernel = BOTH(3), .pad = BOTH(2), .dilation = BOTH(2), .gap = 5},
    {.h = 8, .w = 8, .input = 6, .kernel = BOTH(2), .stride = BOTH(2), .gap = 5},
    {.h = 8, .w = 8, .input = 6, .kernel = BOTH(7), .pad = BOTH(3), .gap = 5},
    {.h = 8, .w = 11, .input = 100, POINTWISE, .gap = 5},
    {.h = 10, .w = 10, .input = 7, .kernel = {3, 5}, .stride = {1, 3}, .pad = {1, 2}, .gap = 5},
    // All taps inside the image: the sums of the weight gradient stay in registers.
    {.h = 12, .w = 13, .input = 33, .kernel = BOTH(3), .gap = 5},
    {.h = 13, .w = 15, .input = 17, .kernel = BOTH(5), .stride = BOTH(2), .gap = 5},
    {.h = 15, .w = 13, .input = 130, .kernel = BOTH(3), .dilation = BOTH(2)},
};

static long at_least_one(long x) { return x ? x : 1; }

static gk_convolution geometry_of(const convolution_case *c) {
  int is_default = c->kernel.h == 0;
  gk_convolution g = {
      .n = at_least_one(c->n), .input_h = c->h ? c->h : 7, .input_w = c->w ? c->w : 9,
      .input_c = c->input, .input_stride = c->input + c->gap, .output_c = c->output,
      .output_stride = c->output + c->gap, .kernel_h = is_default ? 3 : c->kernel.h,
      .kernel_w = is_default ? 3 : c->kernel.w, .stride_h = at_least_one(c->stride.h),
      .stride_w = at_least_one(c->stride.w), .pad_h = is_default ? 1 : c->pad.h,
      .pad_w = is_default ? 1 : c->pad.w, .dilation_h = at_least_one(c->dilation.h),
      .dilation_w = at_least_one(c->dilation.w), .groups = at_least_one(c->groups)};
  g.output_h = (g.input_h + 2 * g.pad_h - g.dilation_h * (g.kernel_h - 1) - 1) / g.stride_h + 1;
  g.output_w = (g.input_w + 2 * g.pad_w - g.dilation_w * (g.kernel_w - 1) - 1) / g.stride_w + 1;
  return g;
}

static gk_activation activation_of(gk_activation_kind kind) {
  return (gk_activation){kind, kind == GK_LEAKY_RELU ? 0.1f : 0.7f};
}

// The epilogues of a forward pass: with a residual in place of the output or in other memory,
// without bias and residual, and with floats as output. Depthwise kernels do not store floats.
enum { IN_PLACE, APART, PLAIN, TO_FLOATS, EPILOGUES };
static const char *const epilogue_names[] = {
    "the output with a residual in place", "the output with a residual", "the output",
    "the output in floats"};

static void check_forward(const gk_convolution *g, gk_activation activation, const tensor *x,
                          const float *weights, int epilogue, long gap, int poisoned) {
  long pixels = g->n * g->output_h * g->output_w;
  const float *bias = new_parameters(g->output_c, 3);
  tensor other = new_source(checked.value_bytes, pixels, g->output_c, gap + 2, 4), y[SIDES];
  for (int side = 0; side < SIDES; side++) {
    int bytes = epilogue == TO_FLOATS ? 4 : checked.value_bytes;
    y[side] = new_target(bytes, pixels, g->output_c, gap, 5);
    const tensor *residual =
        epilogue == IN_PLACE ? &y[side] : epilogue == APART ? &other : NULL;
    gk_epilogue e = {.bias = epilogue == PLAIN ? NULL : bias,
                     .residual = residual ? residual->data : NULL,
                     .residual_stride = residual ? residual->stride : 0,
                     .activation = activation,
                     .stores_floats = epilogue == TO_FLOATS};
    run_forward(checked.tables[side], g, x->data, weights, e, y[side].data);
  }
  (poisoned ? compare_with_nan : compare)(epilogue_names[epilogue], y[REFERENCE], y[TESTED],
                                          SUM_LIMIT);
}

static void check_epilogues(const gk_convolution *g, gk_activation activation, const tensor *x,
                            const float *weights, long gap, int poisoned) {
  int count = is_depthwise(g) ? TO_FLOATS : EPILOGUES;
  for (int epilogue = 0; epilogue < count; epilogue++) {
    check_forward(g, activation, x, weights, epilogue, gap, poisoned);
  }
}

static void check_transposed(const gk_convolution *g, gk_activation activation, const tensor *gy,
                             const float *weights, int accumulates, long gap) {
  // As an input gradient that is added, and as a transposed convolution with bias and activation.
  const float *bias = new_parameters(g->input_c, 6);
  tensor gx[SIDES];
  for (int side = 0; side < SIDES; side++) {
    gx[side] = new_target(checked.value_bytes, g->n * g->input_h * g->input_w, g->input_c, gap, 7);
    gk_epilogue e = {.bias = bias, .activation = activation};
    if (accumulates) {
      e = (gk_epilogue){.residual = gx[side].data, .residual_stride = gx[side].stride};
    }
    run_transposed(checked.tables[side], g, gy->data, weights, e, gx[side].data);
  }
  compare(accumulates ? "the input gradient" : "the input from the output", gx[REFERENCE],
          gx[TESTED], SUM_LIMIT);
}

static void check_weight_gradient(const gk_convolution *g, const tensor *x, const tensor *gy) {
  tensor gradient[SIDES];
  for (int side = 0; side < SIDES; side++) gradient[side] = new_target(4, 1, weight_count(g), 0, 8);
  run_weight_gradient(checked.tables[REFERENCE], g, x->data, gy->data, 0, gradient[REFERENCE].data);
  for (int by_taps = 0; by_taps < 2; by_taps++) {
    fill(&gradient[TESTED], 8, -1, 1);
    run_weight_gradient(checked.tables[TESTED], g, x->data, gy->data, by_taps,
                        gradient[TESTED].data);
    compare(by_taps ? "the weight gradient tap by tap" : "the weight gradient",
            gradient[REFERENCE], gradient[TESTED], SUM_LIMIT);
  }
}

static gk_convolution begin(const convolution_case *c, const char *what) {
  gk_convolution g = geometry_of(c);
  begin_case("%ldx%ldx%ld %ld->%ld kernel %ldx%ld stride %ldx%ld padding %ldx%ld dilation %ldx%ld "
             "groups %ld activation %d gap %ld%s", g.n, g.input_h, g.input_w, g.input_c, g.output_c,
             g.kernel_h, g.kernel_w, g.stride_h, g.stride_w, g.pad_h, g.pad_w, g.dilation_h,
             g.dilation_w, g.groups, c->activation, c->gap, what);
  g.zeros = new_zeros((g.input_c > g.output_c ? g.input_c : g.output_c) + 64);
  return g;
}

static void check_all_directions(convolution_case c) {
  c.activation = GK_SILU;
  gk_convolution g = begin(&c, "");
  gk_activation activation = activation_of(c.activation);
  tensor x = new_source(checked.value_bytes, g.n * g.input_h * g.input_w, g.input_c, c.gap, 1);
  tensor gy = new_source(checked.value_bytes, g.n * g.output_h * g.output_w, g.output_c, c.gap, 2);
  const float *weights = new_parameters(weight_count(&g), 9);
  check_epilogues(&g, activation, &x, weights, c.gap, 0);
  check_transposed(&g, activation, &gy, weights, 1, c.gap);
  check_transposed(&g, activation, &gy, weights, 0, c.gap);
  check_weight_gradient(&g, &x, &gy);
  end_case();
}

// Every activation, on whole and partial tiles. One input is NaN in a second run: activations keep
// it, in this pixel and those around it.
static void check_activations(convolution_case c) {
  for (int kind = GK_IDENTITY; kind <= GK_TANH; kind++) {
    c.activation = (gk_activation_kind)kind;
    for (int poisoned = 0; poisoned < 2; poisoned++) {
      gk_convolution g = begin(&c, poisoned ? " with a NaN" : "");
      tensor x = new_source(checked.value_bytes, g.n * g.input_h * g.input_w, g.input_c, c.gap, 1);
      if (poisoned) set_value(&x, x.pixels / 2, x.channels / 2, __builtin_nanf(""));
      const float *weights = new_parameters(weight_count(&g), 9);
      check_epilogues(&g, activation_of(c.activation), &x, weights, c.gap, poisoned);
      end_case();
    }
  }
}

void check_convolution(void) {
  begin_family("convolution");
  for (unsigned i = 0; i < sizeof dense_cases / sizeof *dense_cases; i++) {
    check_all_directions(dense_cases[i]);
  }
  for (unsigned i = 0; i < sizeof large_cases / sizeof *large_cases; i++) {
    if (checked.value_bytes == 2) check_all_directions(large_cases[i]);
  }
  check_activations((convolution_case){.h = 4, .w = 5, .input = 17, .output = 33, .gap = 5});
  check_activations((convolution_case){.n = 2, .input = 8, .output = 96, POINTWISE, .gap = 5});
  check_activations((convolution_case){.input = 33, .output = 4, POINTWISE, .gap = 5});
  check_activations((convolution_case){.h = 9, .w = 11, .input = 3, .output = 16,
                                       .kernel = BOTH(3), .stride = BOTH(2), .pad = BOTH(1)});
  end_family();
}

void check_depthwise(void) {
  begin_family("depthwise convolution");
  for (unsigned i = 0; i < sizeof depthwise_cases / sizeof *depthwise_cases; i++) {
    convolution_case c = depthwise_cases[i];
    c.output = c.groups = c.input;
    check_all_directions(c);
  }
  check_activations((convolution_case){.input = 36, .output = 36, .groups = 36, .gap = 5});
  end_family();
}
