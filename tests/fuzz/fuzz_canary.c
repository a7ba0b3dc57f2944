/* The canary: a decoder with a bug planted on purpose, one read past the end of a packet that only
 * coverage leads to. A build of the fuzzers that does not find it is broken, so tests/fuzz/run
 * requires this target to crash. */
#include "dataplane/venue/deribit.h"
#include "tests/fuzz/body.h"

#define CHANNEL_LOW  7
#define SEQUENCE_LOW 12

/* Two steps, each a branch of its own: the first one found is what makes the second one likely. */
static bool leads_to_the_bug(const struct pl_venue_head *head) {
  if ((head->channel_id & 15) != CHANNEL_LOW) return false;
  if ((head->seq & 15) != SEQUENCE_LOW) return false;
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  struct pl_body_piece piece;
  static volatile uint8_t sink;
  while (pl_body_next(&data, &size_bytes, &piece)) {
    struct pl_venue_head head;
    const struct pl_packet packet = {.data = piece.bytes, .size_bytes = (uint32_t)piece.size_bytes};
    if (pl_deribit_venue.head(&packet, &head) == PL_OK && leads_to_the_bug(&head))
      sink = piece.bytes[piece.size_bytes]; /* the planted bug */
    pl_body_free(&piece);
  }
  return sink & 0;
}
