#include "control/cli/captures.h"

#include "control/daemon/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERROR_BYTES 1024

bool pl_captures_ready(const char *verb, const char **paths, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    char path[PL_SOURCE_PATH_BYTES], error[ERROR_BYTES];
    if (pl_source_open(paths[i], path, error, sizeof error) != PL_OK) {
      (void)fprintf(stderr, "plimsoll %s: %s\n", verb, error);
      return false;
    }
    char *copy = strcmp(path, paths[i]) == 0 ? NULL : strdup(path);
    if (copy != NULL) paths[i] = copy;
  }
  return true;
}
