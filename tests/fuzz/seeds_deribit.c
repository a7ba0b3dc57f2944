#include "engine/base/check.h"
#include "tests/fuzz/seeds.h"
#include "tests/venue/wire_deribit.h"

static bool append(struct pl_wire_packet *packet, uint32_t template_id) {
  static const struct pl_wire_level levels[] = {{PL_WIRE_BID, PL_WIRE_NEW, 60000, 10},
                                                {PL_WIRE_ASK, PL_WIRE_DELETED, 60001, 0}};
  static const struct pl_wire_trade trade = {.price = 60000, .amount = 10, .trade_id = 1, .iv = 50};
  static const struct pl_wire_leg legs[] = {{1, 1}, {2, -1}};
  static const struct pl_wire_tick_step step = {100, 0.5};
  struct pl_wire_instrument instrument = {.instrument_id = 1,
                                          .state = PL_WIRE_OPEN,
                                          .kind = PL_WIRE_OPTION,
                                          .type = PL_WIRE_REVERSED,
                                          .base_currency = "BTC",
                                          .quote_currency = "BTC",
                                          .counter_currency = "USD",
                                          .settlement_currency = "BTC",
                                          .size_currency = "BTC",
                                          .expiration_ms = 1800000000000,
                                          .strike = 70000,
                                          .contract_size = 1,
                                          .tick_size = 0.0005,
                                          .tick_steps = &step,
                                          .tick_step_count = 1,
                                          .name = "BTC-1JAN27-70000-C"};
  switch (template_id) {
  case PL_WIRE_INSTRUMENT: return pl_wire_deribit_instrument(packet, &instrument);
  case PL_WIRE_BOOK:
    return pl_wire_deribit_book(packet, &(struct pl_wire_book){1, 1, 1, 2, 1, levels, 2});
  case PL_WIRE_TRADES:
    return pl_wire_deribit_trades(packet, &(struct pl_wire_trades){1, &trade, 1});
  case PL_WIRE_TICKER:
    return pl_wire_deribit_ticker(packet, &(struct pl_wire_ticker){.instrument_id = 1, .state = 1});
  case PL_WIRE_SNAPSHOT:
    return pl_wire_deribit_snapshot(packet, &(struct pl_wire_snapshot){1, 1, 2, 1, 1, levels, 1});
  case PL_WIRE_SNAPSHOT_START: return pl_wire_deribit_snapshot_start(packet, 5);
  case PL_WIRE_SNAPSHOT_END: return pl_wire_deribit_snapshot_end(packet);
  case PL_WIRE_COMBO_LEGS: return pl_wire_deribit_combo_legs(packet, 3, legs, 2);
  case PL_WIRE_PRICE_INDEX: return pl_wire_deribit_price_index(packet, "btc_usd", 60000, 1);
  case PL_WIRE_RFQ:
    return pl_wire_deribit_rfq(packet, &(struct pl_wire_rfq){1, 1, PL_WIRE_BUY, 10, 1});
  default: return pl_wire_deribit_instrument_v2(packet, &instrument);
  }
}

/* One packet of each template, alone. */
void pl_seeds_deribit(const char *folder) {
  for (uint32_t id = PL_WIRE_INSTRUMENT; id <= PL_WIRE_INSTRUMENT_V2; id++) {
    uint8_t bytes[PL_WIRE_PAYLOAD_MAX];
    struct pl_wire_packet packet;
    struct pl_seed seed = {.size_bytes = 0};
    PL_CHECK(pl_wire_deribit_begin(&packet, bytes, sizeof bytes, 101, 1) && append(&packet, id));
    PL_CHECK(pl_seed_piece(&seed, 0, bytes, pl_wire_deribit_finish(&packet)));
    pl_seed_write(&seed, folder, "deribit", PL_SEED_RUNS + id - PL_WIRE_INSTRUMENT);
    if (id == PL_WIRE_SNAPSHOT_END) pl_seed_write(&seed, folder, "canary", 0); /* the shortest */
  }
}
