#include "engine/base/check.h"
#include "tests/fuzz/seeds.h"
#include "tests/venue/wire_deep.h"

/* Runs of DEEP packets: books that begin and go on over packets, a loss, one of each message. */
void pl_seeds_deep(const char *folder) {
  static const char *const symbols[] = {"A", "BF.B", "MSFT", "ZIEXT"};
  for (uint32_t number = 0; number < PL_SEED_RUNS; number++) {
    struct pl_seed seed = {.size_bytes = 0};
    uint64_t seq = 1;
    for (uint32_t i = 0; i < 4; i++) {
      uint8_t bytes[PL_WIRE_DEEP_PAYLOAD_MAX];
      struct pl_wire_deep packet;
      const struct pl_wire_deep_head head = {.channel_id = 1, .first_seq = seq};
      PL_CHECK(pl_wire_deep_begin(&packet, bytes, sizeof bytes, &head));
      for (uint32_t j = 0; j < (number + i) % 4; j++) {
        const struct pl_wire_deep_level level = {
            {.code = (uint8_t)(number >> j & 1),
             .time_ns = seq + j,
             .symbol = symbols[(i + j) % 4]},
            .size = 100 * j,
            .price_e4 = 100000 + j,
        };
        PL_CHECK(pl_wire_deep_level(&packet, number & 1 ? 'B' : 'S', &level));
      }
      if (i == 1) PL_CHECK(pl_wire_deep_each(&packet, symbols[number % 4], seq));
      if (i == 2) PL_CHECK(pl_wire_deep_raw(&packet, (const uint8_t *)"Z", number % 2));
      seq += packet.messages;
      PL_CHECK(pl_seed_piece(&seed, (uint8_t)(i == 3 ? number % 4 : 2), bytes,
                             pl_wire_deep_finish(&packet)));
    }
    pl_seed_write(&seed, folder, "deep", number);
  }
}
