/* Runs a fuzz body over every file of the folders named: the corpus as a test, without a fuzzer. */
#include "tests/fuzz/body.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_BYTES_MAX (1u << 20)

/* One file through the body; false when it cannot be read whole. */
static bool replay(const char *path) {
  FILE *file = fopen(path, "rb");
  uint8_t *bytes = malloc(INPUT_BYTES_MAX);
  bool good = file != NULL && bytes != NULL;
  if (good) {
    size_t size_bytes = fread(bytes, 1, INPUT_BYTES_MAX, file);
    good = ferror(file) == 0 && feof(file) != 0;
    if (good) (void)LLVMFuzzerTestOneInput(bytes, size_bytes);
  }
  if (!good) perror(path);
  if (file != NULL) (void)fclose(file);
  free(bytes);
  return good;
}

/* How many files of a folder ran; -1 when one could not. */
static long replay_folder(const char *folder) {
  DIR *open = opendir(folder);
  if (open == NULL) return perror(folder), -1;
  long files = 0;
  for (const struct dirent *entry; files >= 0 && (entry = readdir(open)) != NULL;) {
    char path[4096];
    if (entry->d_name[0] == '.') continue;
    (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    files = replay(path) ? files + 1 : -1;
  }
  (void)closedir(open);
  return files;
}

int main(int count, char **argument) {
  long files = 0;
  for (int i = 1; i < count; i++) {
    long more = replay_folder(argument[i]);
    if (more < 0) return EXIT_FAILURE;
    files += more;
  }
  (void)printf("%ld inputs\n", files);
  return files > 0 ? EXIT_SUCCESS : EXIT_FAILURE; /* an empty corpus proves nothing */
}
