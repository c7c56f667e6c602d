#include "glimpse_codecs.h"
