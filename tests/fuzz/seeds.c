#include "tests/fuzz/seeds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void pl_seed_folder(const char *path) {
  if (mkdir(path, 0777) == 0 || errno == EEXIST) return;
  perror(path);
  exit(EXIT_FAILURE);
}

void pl_seed_write(const struct pl_seed *seed, const char *folder, const char *target,
                   uint32_t number) {
  char path[4096];
  (void)snprintf(path, sizeof path, "%s/%s", folder, target);
  pl_seed_folder(path);
  (void)snprintf(path, sizeof path, "%s/%s/seed-%02u", folder, target, number);
  FILE *file = fopen(path, "wb");
  if (file == NULL || fwrite(seed->bytes, 1, seed->size_bytes, file) != seed->size_bytes ||
      fclose(file) != 0) {
    perror(path);
    exit(EXIT_FAILURE);
  }
}

bool pl_seed_piece(struct pl_seed *seed, uint8_t control, const uint8_t *bytes, size_t size_bytes) {
  if (seed->size_bytes + 3 + size_bytes > sizeof seed->bytes) return false;
  uint8_t *at = seed->bytes + seed->size_bytes;
  at[0] = control;
  at[1] = (uint8_t)size_bytes;
  at[2] = (uint8_t)(size_bytes >> 8);
  memcpy(at + 3, bytes, size_bytes);
  seed->size_bytes += 3 + size_bytes;
  return true;
}
