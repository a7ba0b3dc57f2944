/* The digest of a decision stream: what was decided for each instrument, in order. How decisions
 * for different instruments fall between each other does not count: that hangs on how the channels'
 * packets interleave, which no two lines have in common (ADR 0011). */
#ifndef CONTROL_DAEMON_DIGEST_H
#define CONTROL_DAEMON_DIGEST_H

#include "dataplane/venue/directory.h"
#include "engine/base/decision.h"

struct pl_digest {
  uint64_t decisions;
  uint64_t
      chains[PL_INSTRUMENTS_MAX]; /* XXH3 of an instrument's decisions, each seeding the next */
};

/* pl_digest_take adds a decision. One thread. */
void pl_digest_take(struct pl_digest *digest, const struct pl_decision *decision);

/* pl_digest_sum returns the digest of all that was taken. Instruments count by their names, or by
 * the venue's number where that is all there is.
 *   directory  of the feed that the decisions come from, which is not at work */
uint64_t pl_digest_sum(const struct pl_digest *digest, struct pl_directory *directory);

#endif
