#include "engine/base/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void pl_check_failed(const char *expression, const char *file, int line) {
  (void)fprintf(stderr, "plimsoll: check failed: %s (%s:%d)\n", expression, file, line);
  abort();
}
