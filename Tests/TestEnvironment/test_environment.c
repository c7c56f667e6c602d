#include "test_environment.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

// Tests write in temporary folders only: the cache folder of the program becomes one, for this process
// and those that it starts. Done when the tests are loaded, because `setenv` is not safe beside threads.
__attribute__((constructor)) static void use_temporary_cache(void) {
  const char *folder = getenv("TMPDIR");
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/glimpse-tests-cache", folder && *folder ? folder : "/tmp");
  setenv("XDG_CACHE_HOME", path, 1);
}
