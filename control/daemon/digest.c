#include "control/daemon/digest.h"

#include <string.h>
#include <xxhash.h>

void pl_digest_take(struct pl_digest *digest, const struct pl_decision *decision) {
  PL_CHECK(decision->instrument < PL_INSTRUMENTS_MAX);
  uint64_t *chain = &digest->chains[decision->instrument];
  struct pl_decision content = *decision;
  content.seq = content.instrument = 0; /* the place among other instruments' decisions */
  *chain = XXH3_64bits_withSeed(&content, PL_DECISION_DIGEST_BYTES, *chain);
  digest->decisions++;
}

uint64_t pl_digest_sum(const struct pl_digest *digest, struct pl_directory *directory) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < pl_directory_count(directory); i++) {
    if (digest->chains[i] == 0) continue;
    const char *name = pl_directory_name(directory, i);
    uint64_t venue_id = pl_directory_entry(directory, i)->venue_id;
    sum += name[0] != '\0' ? XXH3_64bits_withSeed(name, strlen(name), digest->chains[i])
                           : XXH3_64bits_withSeed(&venue_id, sizeof venue_id, digest->chains[i]);
  }
  return sum;
}
