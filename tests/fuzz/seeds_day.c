#include "engine/base/check.h"
#include "tests/fuzz/seeds.h"
#include "tests/venue/load.h"

#include <string.h>

/* The packets of a small day. With few messages each, so that a run of them is one input. */
#define SYMBOLS         2
#define MESSAGES        4000
#define LIVE_ORDERS     40
#define PACKET_MESSAGES 6
#define PACKETS         4 /* of a run */
#define PACKETS_MAX     4096

struct packets {
  uint8_t bytes[PACKETS_MAX][PL_LOAD_PAYLOAD_MAX];
  size_t sizes[PACKETS_MAX];
  uint32_t count;
};

static bool keep(void *context, uint64_t time_ns, const uint8_t *frame, size_t size) {
  (void)time_ns;
  struct packets *packets = context;
  if (packets->count == PACKETS_MAX) return false;
  size_t payload_bytes = size - PL_ETHERNET_OVERHEAD;
  memcpy(packets->bytes[packets->count], frame + PL_ETHERNET_OVERHEAD, payload_bytes);
  packets->sizes[packets->count++] = payload_bytes;
  return true;
}

/* The first packet defines. One run in four misses a packet on the way. */
static void write_run(const struct packets *packets, uint32_t number, const char *folder,
                      const char *venue) {
  struct pl_seed seed = {.size_bytes = 0};
  uint32_t first = 1 + (packets->count - PACKETS - 1) / (PL_SEED_RUNS - 1) * number;
  PL_CHECK(pl_seed_piece(&seed, PL_SEED_WHOLE, packets->bytes[0], packets->sizes[0]));
  for (uint32_t i = first; i < first + PACKETS; i++) {
    bool torn = number % 4 == 3 && i == first + 2;
    PL_CHECK(pl_seed_piece(&seed, torn ? PL_SEED_TORN : PL_SEED_WHOLE, packets->bytes[i],
                           packets->sizes[i]));
  }
  pl_seed_write(&seed, folder, venue, PL_SEED_DAY + number);
}

void pl_seeds_day(const char *folder, const char *venue) {
  static struct packets packets;
  struct pl_load_config config = {.wire = pl_load_wire_find(venue),
                                  .day = pl_day_default(),
                                  .packet_messages = PACKET_MESSAGES};
  if (config.wire == NULL) return;
  config.day.symbols = SYMBOLS;
  config.day.messages = MESSAGES;
  config.day.live_orders = LIVE_ORDERS;
  packets.count = 0;
  struct pl_load *load = pl_load_open(&config, keep, &packets);
  PL_CHECK(load != NULL);
  (void)pl_load_run(load, 2 * MESSAGES);
  pl_load_close(load);
  PL_CHECK(packets.count > PL_SEED_RUNS * PACKETS);
  for (uint32_t i = 0; i < PL_SEED_RUNS; i++) write_run(&packets, i, folder, venue);
}
