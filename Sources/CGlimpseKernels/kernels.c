#include "glimpse_kernels.h"
