#include "tests/venue/impair.h"

#include <stdlib.h>
#include <string.h>

#include "dataplane/feed/udp.h"
#include "tests/venue/flow_random.h"

#define ALL_PPM         1000000u
#define ETHERNET_BYTES  14u
#define CHECKSUM_BEHIND 2u /* the UDP checksum's two bytes stand right before the payload */
#define FLIPS_MAX       3u

enum kind { LOSS, BURST, BOTH_BURST, DUPLICATE, REORDER, CORRUPT, TRUNCATE, JITTER, KINDS };

/* A frame that comes out later. */
struct held {
  uint64_t behind; /* index of the frame that it follows; 0: nothing is held here */
  size_t size;
  uint8_t bytes[PL_IMPAIR_FRAME_BYTES_MAX];
};

enum { ORIGINAL, COPY, HELD_PER_FRAME };

struct pl_impair {
  struct pl_impair_config config;
  pl_exchange_sink *sink;
  void *ctx;
  uint64_t key[KINDS]; /* seed of each kind; a frame's draws begin at key + index */
  uint64_t index;      /* of the frame being pushed, from 0 */
  uint64_t first_ns;
  uint64_t line_ns;                   /* where the line's time stands */
  uint64_t burst_end, both_burst_end; /* index of the first frame after the burst */
  uint32_t held_count;
  bool stopped;
  struct pl_impair_counters counters;
  uint8_t frame[PL_IMPAIR_FRAME_BYTES_MAX]; /* the one being pushed, when it is changed */
  /* By the frame's index: none is held for longer than there are places. */
  struct held held[PL_IMPAIR_FRAMES_MAX][HELD_PER_FRAME];
};

struct pl_impair_config pl_impair_config_default(void) {
  return (struct pl_impair_config){.seed = 1,
                                   .burst_frames_max = 20,
                                   .both_burst_frames_max = 20,
                                   .duplicate_frames_max = 4,
                                   .reorder_frames_max = 8};
}

static bool is_valid(const struct pl_impair_config *config) {
  const uint32_t shares[] = {config->loss_ppm,    config->burst_ppm,   config->both_burst_ppm,
                             config->reorder_ppm, config->corrupt_ppm, config->duplicate_ppm,
                             config->truncate_ppm};
  for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
    if (shares[i] > ALL_PPM) return false;
  const uint32_t bursts[] = {config->burst_frames_max, config->both_burst_frames_max};
  for (size_t i = 0; i < sizeof bursts / sizeof bursts[0]; i++)
    if (bursts[i] < 1 || bursts[i] > PL_IMPAIR_BURST_FRAMES_MAX) return false;
  return config->reorder_frames_max >= 1 && config->reorder_frames_max <= PL_IMPAIR_FRAMES_MAX &&
         config->duplicate_frames_max <= PL_IMPAIR_FRAMES_MAX &&
         config->delay_ns <= PL_IMPAIR_DELAY_NS_MAX && config->jitter_ns <= PL_IMPAIR_JITTER_NS_MAX;
}

static uint64_t mix(uint64_t seed, uint64_t with) {
  struct pl_flow_random random;
  pl_flow_random_seed(&random, seed);
  pl_flow_random_seed(&random, pl_flow_random_next(&random) ^ with);
  return pl_flow_random_next(&random);
}

struct pl_impair *pl_impair_open(const struct pl_impair_config *config, enum pl_line_id line,
                                 pl_exchange_sink *sink, void *ctx) {
  if (!is_valid(config)) return NULL;
  struct pl_impair *impair = calloc(1, sizeof *impair);
  if (impair == NULL) return NULL;
  impair->config = *config;
  impair->sink = sink;
  impair->ctx = ctx;
  for (uint32_t kind = 0; kind < KINDS; kind++) {
    uint32_t of = kind == BOTH_BURST ? PL_LINE_COUNT : (uint32_t)line; /* one for all lines */
    impair->key[kind] = mix(config->seed, (uint64_t)of * KINDS + kind);
  }
  return impair;
}

void pl_impair_close(struct pl_impair *impair) {
  free(impair);
}

const struct pl_impair_counters *pl_impair_counters(const struct pl_impair *impair) {
  return &impair->counters;
}

/* Tells whether the frame meets an impairment of the kind; ret_random gives what else is drawn. */
static bool meets(const struct pl_impair *impair, enum kind kind, uint32_t rate_ppm,
                  struct pl_flow_random *ret_random) {
  pl_flow_random_seed(ret_random, impair->key[kind] + impair->index);
  return pl_flow_random_chance(ret_random, rate_ppm);
}

static bool is_in_burst(const struct pl_impair *impair, enum kind kind, uint32_t rate_ppm,
                        uint32_t frames_max, uint64_t *end) {
  struct pl_flow_random random;
  if (meets(impair, kind, rate_ppm, &random)) {
    uint64_t this_end = impair->index + 1 + pl_flow_random_below(&random, frames_max);
    if (this_end > *end) *end = this_end;
  }
  return impair->index < *end;
}

/* A frame is lost for one reason only; those that take several frames are asked first. */
static bool is_lost(struct pl_impair *impair) {
  const struct pl_impair_config *config = &impair->config;
  struct pl_flow_random random;
  bool both = is_in_burst(impair, BOTH_BURST, config->both_burst_ppm, config->both_burst_frames_max,
                          &impair->both_burst_end);
  bool burst =
      is_in_burst(impair, BURST, config->burst_ppm, config->burst_frames_max, &impair->burst_end);
  bool alone = meets(impair, LOSS, config->loss_ppm, &random);
  if (both)
    impair->counters.lost_both++;
  else if (burst)
    impair->counters.lost_burst++;
  else if (alone)
    impair->counters.lost++;
  return both || burst || alone;
}

static bool emit(struct pl_impair *impair, const uint8_t *frame, size_t size) {
  if (!impair->sink(impair->ctx, impair->line_ns, frame, size)) {
    impair->stopped = true;
    return false;
  }
  impair->counters.frames_out++;
  return true;
}

static bool is_among(uint32_t number, const uint32_t *numbers, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (numbers[i] == number) return true;
  return false;
}

/* Flips bits of the payload, no bit twice. False when the frame carries none. */
static bool corrupt(struct pl_impair *impair, struct pl_flow_random *random, size_t size) {
  struct pl_packet packet;
  if (pl_udp_parse(impair->frame, size, &packet) != PL_OK || packet.size_bytes == 0) return false;
  uint8_t *payload = impair->frame + (packet.data - impair->frame);
  uint32_t flips = 1 + pl_flow_random_below(random, FLIPS_MAX), bits = packet.size_bytes * 8;
  uint32_t flipped[FLIPS_MAX];
  for (uint32_t i = 0; i < flips; i++) {
    uint32_t bit = pl_flow_random_below(random, bits);
    while (is_among(bit, flipped, i)) bit = (bit + 1) % bits; /* a payload has more than those */
    flipped[i] = bit;
    payload[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  if (impair->config.checksum == PL_IMPAIR_CHECKSUM_ZERO)
    memset(payload - CHECKSUM_BEHIND, 0, CHECKSUM_BEHIND);
  return true;
}

/* Damages impair->frame. Returns its new size; ret_fate says whether anything was done. */
static size_t damage(struct pl_impair *impair, size_t size, enum pl_impair_fate *ret_fate) {
  struct pl_flow_random random;
  *ret_fate = PL_IMPAIR_WHOLE;
  if (meets(impair, CORRUPT, impair->config.corrupt_ppm, &random) &&
      corrupt(impair, &random, size)) {
    impair->counters.corrupted++;
    *ret_fate = PL_IMPAIR_DAMAGED;
  }
  if (meets(impair, TRUNCATE, impair->config.truncate_ppm, &random) && size > ETHERNET_BYTES) {
    impair->counters.truncated++;
    *ret_fate = PL_IMPAIR_DAMAGED;
    size = ETHERNET_BYTES + pl_flow_random_below(&random, (uint32_t)size - ETHERNET_BYTES);
  }
  return size;
}

static void hold(struct pl_impair *impair, uint32_t which, uint32_t frames, size_t size) {
  struct held *held = &impair->held[impair->index % PL_IMPAIR_FRAMES_MAX][which];
  held->behind = impair->index + frames;
  held->size = size;
  memcpy(held->bytes, impair->frame, size);
  impair->held_count++;
}

/* Lets out what waited for the frame of this index, the oldest first. */
static bool release(struct pl_impair *impair) {
  if (impair->held_count == 0) return true;
  for (uint64_t age = PL_IMPAIR_FRAMES_MAX; age > 0; age--) {
    struct held *held = impair->held[(impair->index - age) % PL_IMPAIR_FRAMES_MAX];
    for (uint32_t which = 0; which < HELD_PER_FRAME; which++) {
      if (held[which].behind != impair->index) continue;
      held[which].behind = 0;
      impair->held_count--;
      if (!emit(impair, held[which].bytes, held[which].size)) return false;
    }
  }
  return true;
}

/* Lets impair->frame travel. */
static bool travel(struct pl_impair *impair, size_t size) {
  const struct pl_impair_config *config = &impair->config;
  struct pl_flow_random random;
  uint32_t later = 0, copy_later = 0;
  if (meets(impair, REORDER, config->reorder_ppm, &random))
    later = 1 + pl_flow_random_below(&random, config->reorder_frames_max);
  bool is_copied = meets(impair, DUPLICATE, config->duplicate_ppm, &random);
  if (is_copied) copy_later = pl_flow_random_below(&random, config->duplicate_frames_max + 1);
  impair->counters.held += later > 0;
  impair->counters.copies += is_copied;
  if (later == 0 && !emit(impair, impair->frame, size)) return false;
  if (is_copied && copy_later == 0 && !emit(impair, impair->frame, size)) return false;
  if (!release(impair)) return false; /* before its places are taken again */
  if (later > 0) hold(impair, ORIGINAL, later, size);
  if (copy_later > 0) hold(impair, COPY, copy_later, size);
  return true;
}

/* A line is a queue: no frame comes out before the one that went in before it, whatever the jitter.
 */
static void advance(struct pl_impair *impair, uint64_t time_ns) {
  struct pl_flow_random random;
  if (impair->index == 0) impair->first_ns = time_ns;
  uint64_t at_ns = time_ns + impair->config.delay_ns;
  if (impair->config.jitter_ns > 0) {
    pl_flow_random_seed(&random, impair->key[JITTER] + impair->index);
    at_ns += pl_flow_random_below(&random, (uint32_t)impair->config.jitter_ns + 1);
  }
  if (at_ns > impair->line_ns) impair->line_ns = at_ns;
}

bool pl_impair_push(struct pl_impair *impair, uint64_t time_ns, const uint8_t *frame, size_t size,
                    enum pl_impair_fate *ret_fate) {
  if (impair->stopped || size > PL_IMPAIR_FRAME_BYTES_MAX) {
    impair->stopped = true;
    return false;
  }
  advance(impair, time_ns);
  impair->counters.frames++;
  *ret_fate = PL_IMPAIR_WHOLE;
  if (time_ns < impair->first_ns + impair->config.lead_ns) {
    (void)(emit(impair, frame, size) && release(impair));
  } else if (is_lost(impair)) {
    *ret_fate = PL_IMPAIR_LOST;
    (void)release(impair);
  } else {
    memcpy(impair->frame, frame, size);
    size = damage(impair, size, ret_fate);
    (void)travel(impair, size);
  }
  impair->index++;
  return !impair->stopped;
}

bool pl_impair_flush(struct pl_impair *impair) {
  for (uint32_t i = 0; i < PL_IMPAIR_FRAMES_MAX && !impair->stopped; i++) {
    (void)release(impair);
    impair->index++;
  }
  return !impair->stopped;
}
