#include "engine/base/check.h"
#include "tests/fuzz/seeds.h"
#include "tests/venue/wire_starbase.h"

static bool append_starbase(struct pl_star_packet *packet, uint32_t number) {
  static const struct pl_star_mark mark = {PL_STAR_WHOLE, 1786000000000000000};
  static const struct pl_star_tick tick = {1000000000, 100000000000};
  static const struct pl_star_leg leg = {2, -1};
  static const struct pl_star_instrument instrument = {.instrument_id = 1,
                                                       .name = "BTC-PERPETUAL",
                                                       .index_id = 3,
                                                       .tick_e9 = 500000000,
                                                       .exponent = -3,
                                                       .ticks = &tick,
                                                       .tick_count = 1,
                                                       .legs = &leg,
                                                       .leg_count = 1};
  static const struct pl_star_info info = {1, 1, 2, 3000000000, 4000000000};
  static const struct pl_star_ref ref = {.instrument_id = 1, .funding = 0.0001, .open_interest = 5};
  const struct pl_star_put put = {number, 1, 1000, 60000000000000, number, number % 2};
  switch (number) {
  case 0: return pl_wire_starbase_instrument(packet, &mark, &instrument);
  case 1: return pl_wire_starbase_index_definition(packet, &mark, 3, "btc_usd");
  case 2: return pl_wire_starbase_index(packet, &mark, 3, 60000000000000);
  case 3:
  case 4: return pl_wire_starbase_info(packet, &mark, &info, number == 3);
  case 5:
  case 6: return pl_wire_starbase_ref(packet, &mark, &ref, number == 5);
  case 7: return pl_wire_starbase_status(packet, &mark, 1, 5);
  case 8: return pl_wire_starbase_header(packet, &mark, 1, 1, 20);
  case 9:
  case 10: return pl_wire_starbase_put(packet, &mark, &put);
  case 11: return pl_wire_starbase_trailer(packet, &mark, 1, 1, 20);
  case 12: return pl_wire_starbase_end_of_cycle(packet, &mark, 1);
  case 13: return pl_wire_starbase_reduced(packet, &mark, PL_STAR_BID, 10, 1, 1);
  case 14: return pl_wire_starbase_delete(packet, &mark, PL_STAR_ASK, 9, 1);
  case 15:
    return pl_wire_starbase_summary(
        packet, &mark, &(struct pl_star_summary){.instrument_id = 1, .taker_flags = 3});
  case 16:
    return pl_wire_starbase_trade(packet, &mark,
                                  &(struct pl_star_trade){5, 1, 10, 7, 60000000000000, 1});
  case 17:
    return pl_wire_starbase_block_trade(
        packet, &mark, &(struct pl_star_block_trade){.instrument_id = 1, .quantity = 3});
  default: return pl_wire_starbase_reject(packet, &mark, 1000, "late", 1);
  }
}

/* One packet of each Starbase message alone, and runs in which definition, orders and snapshot
 * follow each other. */
void pl_seeds_starbase(const char *folder) {
  enum { MESSAGES = 19 };
  struct pl_seed run = {.size_bytes = 0};
  for (uint32_t number = 0; number < MESSAGES; number++) {
    uint8_t bytes[PL_STAR_PAYLOAD_MAX];
    struct pl_star_packet packet;
    struct pl_seed seed = {.size_bytes = 0};
    bool snapshot = number >= 8 && number <= 12;
    const struct pl_star_head head = {1, 1 + number, 7,
                                      snapshot                 ? PL_STAR_SNAPSHOT
                                      : number == MESSAGES - 1 ? PL_STAR_REJECT
                                                               : PL_STAR_INCREMENTAL};
    PL_CHECK(pl_wire_starbase_begin(&packet, bytes, sizeof bytes, &head) &&
             append_starbase(&packet, number));
    size_t size = pl_wire_starbase_finish(&packet);
    PL_CHECK(pl_seed_piece(&seed, 0, bytes, size) && pl_seed_piece(&run, 0, bytes, size));
    pl_seed_write(&seed, folder, "starbase", number);
    if (number % 4 == 2) pl_seed_write(&run, folder, "starbase", MESSAGES + number / 4);
  }
}
