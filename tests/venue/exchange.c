#include "tests/venue/exchange.h"

#include <stdlib.h>

#include "tests/venue/exchange_message.h"
#include "tests/venue/exchange_port.h"
#include "tests/venue/exchange_snapshot.h"
#include "tests/venue/wire_deribit.h"

#define SECOND_NS         1000000000u
#define DAY_NS            86400000000000u
#define INDEX_PERIOD_NS   250000000u
#define RFQ_MEAN_NS       7000000000u
#define TICKER_GRACE_NS   20000000u /* a due ticker waits so long for a book change to ride with */
#define WAIT_MAX_NS       1000000000000u
#define ECHO_PPM          150000u /* an order answered by another within microseconds */
#define ECHO_MIN_NS       4000u
#define ECHO_SPAN_NS      60000u
#define SPLIT_CHANGES_MIN 8u
#define SPLIT_PPM         150000u

_Static_assert(PL_WIRE_FRAME_HEADER + 3 * PL_WIRE_MESSAGE_HEADER + 2 * PL_WIRE_GROUP_HEADER + 4 +
                       83 * PL_FLOW_PRINTS_MAX + 133 + 29 + 18 * PL_FLOW_CHANGES_MAX <=
                   PL_WIRE_PAYLOAD_MAX,
               "trades, ticker and book of one update share a packet");

struct pl_exchange {
  struct pl_exchange_config config;
  struct pl_exchange_port port;
  bool is_open;                                    /* the first snapshots are out */
  uint64_t step_ns, index_ns, snapshot_ns, rfq_ns; /* next time of each */
  uint64_t update_ns[PL_FLOW_INSTRUMENTS_MAX];
  uint64_t ticker_ns[PL_FLOW_INSTRUMENTS_MAX];
  struct pl_wire_rfq rfq; /* the open request; state 0: none */
  enum pl_flow_channel rfq_channel;
  struct pl_flow flow;
};

struct pl_exchange_config pl_exchange_default(void) {
  return (struct pl_exchange_config){
      .seed = 1,
      .start_ns = PL_EXCHANGE_EPOCH_NS,
      .cycle_ns = 120u * (uint64_t)SECOND_NS,
      .rate = 600,
      .options = 8,
      .snapshot_cycle_s = 10,
      .scenario = PL_FLOW_STRESS,
  };
}

/* The time to an instrument's next update, by its share of the flow and the weather. */
static uint64_t draw_wait_ns(struct pl_exchange *exchange, uint32_t index) {
  struct pl_flow *flow = &exchange->flow;
  if (pl_flow_random_chance(&flow->random, ECHO_PPM))
    return ECHO_MIN_NS + pl_flow_random_below(&flow->random, ECHO_SPAN_NS);
  uint64_t rate_ppm = (uint64_t)exchange->config.rate * flow->instrument[index].listing.weight_ppm /
                      1000 * (uint64_t)(flow->weather.rate_ppm / 1000);
  uint64_t mean_ns = rate_ppm > 0 ? (uint64_t)SECOND_NS * 1000000 / rate_ppm : WAIT_MAX_NS;
  mean_ns = mean_ns * 1000000 / (1000000 - ECHO_PPM); /* echoes count towards the rate */
  return pl_flow_random_wait_ns(&flow->random, mean_ns < WAIT_MAX_NS ? mean_ns : WAIT_MAX_NS);
}

static bool is_valid(const struct pl_exchange_config *config) {
  return config->cycle_ns >= SECOND_NS && config->cycle_ns <= 10 * DAY_NS && config->rate >= 1 &&
         config->rate <= PL_EXCHANGE_RATE_MAX && config->options <= PL_FLOW_OPTIONS_MAX &&
         config->snapshot_cycle_s >= 1 &&
         config->snapshot_cycle_s <= PL_EXCHANGE_SNAPSHOT_CYCLE_MAX_S;
}

struct pl_exchange *pl_exchange_open(const struct pl_exchange_config *config,
                                     pl_exchange_sink *sink, void *ctx) {
  if (!is_valid(config)) return NULL;
  struct pl_exchange *exchange = calloc(1, sizeof *exchange);
  if (exchange == NULL) return NULL;
  uint64_t start_ns = config->start_ns;
  exchange->config = *config;
  exchange->port.sink = sink;
  exchange->port.ctx = ctx;
  exchange->step_ns = start_ns + PL_FLOW_STEP_NS;
  exchange->index_ns = start_ns + INDEX_PERIOD_NS;
  exchange->snapshot_ns = start_ns + (uint64_t)config->snapshot_cycle_s * SECOND_NS;
  pl_flow_init(&exchange->flow, &(struct pl_flow_config){.seed = config->seed,
                                                         .start_ns = start_ns,
                                                         .cycle_ns = config->cycle_ns,
                                                         .options = config->options,
                                                         .scenario = config->scenario});
  exchange->rfq_ns = start_ns + pl_flow_random_wait_ns(&exchange->flow.random, RFQ_MEAN_NS / 4);
  for (uint32_t i = 0; i < exchange->flow.count; i++) {
    const struct pl_flow_listing *listing = &exchange->flow.instrument[i].listing;
    exchange->update_ns[i] = UINT64_MAX; /* no book, no updates */
    if (listing->levels > 0) exchange->update_ns[i] = start_ns + draw_wait_ns(exchange, i);
    uint32_t period_ns = (uint32_t)listing->ticker_ns;
    exchange->ticker_ns[i] = start_ns + pl_flow_random_below(&exchange->flow.random, period_ns);
  }
  return exchange;
}

static void send_prices(struct pl_exchange *exchange, uint64_t now_ns) {
  static const struct {
    const char *name;
    enum pl_flow_underlying underlying;
  } indices[] = {{"btc_usd", PL_FLOW_BTC},
                 {"eth_usd", PL_FLOW_ETH},
                 {"btc_usdc", PL_FLOW_BTC},
                 {"sol_usdc", PL_FLOW_SOL}};
  pl_exchange_port_begin(&exchange->port, PL_FLOW_CHANNEL_INDEX, PL_EXCHANGE_INCREMENTAL);
  for (size_t i = 0; i < sizeof indices / sizeof indices[0]; i++) {
    double price = (double)exchange->flow.asset[indices[i].underlying].index_u6 / 1e6;
    pl_wire_deribit_price_index(&exchange->port.packet, indices[i].name, price, now_ns / 1000000);
  }
  pl_exchange_port_send(&exchange->port, now_ns);
}

/* Requests for quote open and close in turn, on an option when there is one, else on the combo. */
static void send_rfq(struct pl_exchange *exchange, uint64_t now_ns) {
  struct pl_flow *flow = &exchange->flow;
  struct pl_wire_rfq *rfq = &exchange->rfq;
  if (rfq->state == 0) {
    uint32_t options = flow->count - PL_FLOW_FIXED;
    uint32_t index = PL_FLOW_FIXED - 1;
    if (options > 0) index = PL_FLOW_FIXED + pl_flow_random_below(&flow->random, options);
    const struct pl_flow_listing *listing = &flow->instrument[index].listing;
    uint32_t lots = 100 + pl_flow_random_below(&flow->random, 900);
    rfq->instrument_id = listing->id;
    rfq->side = (uint8_t)pl_flow_random_below(&flow->random, 2);
    rfq->amount = (double)(lots * listing->lot.num) / (double)listing->lot.den;
    exchange->rfq_channel = listing->channel;
  }
  rfq->state ^= 1;
  rfq->timestamp_ms = now_ns / 1000000;
  pl_exchange_port_begin(&exchange->port, exchange->rfq_channel, PL_EXCHANGE_INCREMENTAL);
  pl_wire_deribit_rfq(&exchange->port.packet, rfq);
  pl_exchange_port_send(&exchange->port, now_ns);
}

static void add_ticker(struct pl_exchange *exchange, uint32_t index, uint64_t now_ns) {
  const struct pl_flow_instrument *instrument = &exchange->flow.instrument[index];
  exchange->ticker_ns[index] = now_ns + instrument->listing.ticker_ns;
  pl_exchange_message_ticker(&exchange->port.packet, &exchange->flow, index, now_ns);
}

static void send_ticker(struct pl_exchange *exchange, uint32_t index, uint64_t now_ns) {
  enum pl_flow_channel channel = exchange->flow.instrument[index].listing.channel;
  pl_exchange_port_begin(&exchange->port, channel, PL_EXCHANGE_INCREMENTAL);
  add_ticker(exchange, index, now_ns);
  pl_exchange_port_send(&exchange->port, now_ns);
}

/* One update is one packet (trades, ticker, book); now and then a big one is two, and then the
 * ticker goes with the second, where the book is whole again. */
static void send_update(struct pl_exchange *exchange, uint32_t index, uint64_t now_ns) {
  struct pl_flow *flow = &exchange->flow;
  struct pl_exchange_port *port = &exchange->port;
  enum pl_flow_channel channel = flow->instrument[index].listing.channel;
  struct pl_flow_update update;
  pl_flow_update(flow, index, &update);
  if (update.changes.count == 0) return; /* then there is no trade either */
  struct pl_exchange_slice slice = {&update.changes, 0, update.changes.count, true};
  pl_exchange_port_begin(port, channel, PL_EXCHANGE_INCREMENTAL);
  if (update.print_count > 0)
    pl_exchange_message_trades(&port->packet, flow, index, &update, now_ns);
  if (slice.count >= SPLIT_CHANGES_MIN && pl_flow_random_chance(&flow->random, SPLIT_PPM)) {
    slice.count /= 2;
    slice.is_last = false;
    pl_exchange_message_book(&port->packet, flow, index, &slice, now_ns);
    pl_exchange_port_send(port, now_ns);
    pl_exchange_port_begin(port, channel, PL_EXCHANGE_INCREMENTAL);
    slice.first = slice.count;
    slice.count = update.changes.count - slice.first;
    slice.is_last = true;
  }
  if (now_ns >= exchange->ticker_ns[index]) add_ticker(exchange, index, now_ns);
  pl_exchange_message_book(&port->packet, flow, index, &slice, now_ns);
  pl_exchange_port_send(port, now_ns);
}

/* The time of the earliest event, and the instrument's index when it is an instrument's. */
static uint64_t next_instrument_ns(const struct pl_exchange *exchange, uint32_t *ret_index) {
  uint64_t earliest_ns = UINT64_MAX;
  *ret_index = 0;
  for (uint32_t i = 0; i < exchange->flow.count; i++) {
    uint64_t ticker_ns = exchange->ticker_ns[i] + TICKER_GRACE_NS;
    uint64_t at_ns = exchange->update_ns[i] < ticker_ns ? exchange->update_ns[i] : ticker_ns;
    if (at_ns >= earliest_ns) continue;
    earliest_ns = at_ns;
    *ret_index = i;
  }
  return earliest_ns;
}

static void run_instrument(struct pl_exchange *exchange, uint32_t index, uint64_t now_ns) {
  if (exchange->update_ns[index] > now_ns) {
    send_ticker(exchange, index, now_ns);
    return;
  }
  send_update(exchange, index, now_ns);
  exchange->update_ns[index] = now_ns + draw_wait_ns(exchange, index);
}

/* Runs the venue's own clockwork when one of its times is `now_ns`. */
static void run_clockwork(struct pl_exchange *exchange, uint64_t now_ns) {
  if (exchange->step_ns == now_ns) {
    pl_flow_advance(&exchange->flow, now_ns);
    exchange->step_ns += PL_FLOW_STEP_NS;
  }
  if (exchange->index_ns == now_ns) {
    send_prices(exchange, now_ns);
    exchange->index_ns += INDEX_PERIOD_NS;
  }
  if (exchange->snapshot_ns == now_ns) {
    pl_exchange_snapshot_cycle(&exchange->port, &exchange->flow, now_ns);
    exchange->snapshot_ns += (uint64_t)exchange->config.snapshot_cycle_s * SECOND_NS;
  }
  if (exchange->rfq_ns == now_ns) {
    send_rfq(exchange, now_ns);
    exchange->rfq_ns = now_ns + pl_flow_random_wait_ns(&exchange->flow.random, RFQ_MEAN_NS);
  }
}

static uint64_t next_clockwork_ns(const struct pl_exchange *exchange) {
  uint64_t at_ns = exchange->step_ns;
  if (exchange->index_ns < at_ns) at_ns = exchange->index_ns;
  if (exchange->snapshot_ns < at_ns) at_ns = exchange->snapshot_ns;
  return exchange->rfq_ns < at_ns ? exchange->rfq_ns : at_ns;
}

bool pl_exchange_run(struct pl_exchange *exchange, uint64_t until_ns) {
  uint64_t start_ns = exchange->config.start_ns;
  if (!exchange->is_open && until_ns > start_ns) {
    exchange->is_open = true;
    pl_exchange_snapshot_announce(&exchange->port, &exchange->flow, start_ns);
    send_prices(exchange, start_ns);
    pl_exchange_snapshot_cycle(&exchange->port, &exchange->flow, start_ns);
  }
  while (!exchange->port.stopped) {
    uint32_t index;
    uint64_t clockwork_ns = next_clockwork_ns(exchange);
    uint64_t instrument_ns = next_instrument_ns(exchange, &index);
    uint64_t now_ns = clockwork_ns <= instrument_ns ? clockwork_ns : instrument_ns;
    if (now_ns >= until_ns) return true;
    if (clockwork_ns <= instrument_ns)
      run_clockwork(exchange, now_ns);
    else
      run_instrument(exchange, index, now_ns);
  }
  return false;
}

const struct pl_flow *pl_exchange_flow(const struct pl_exchange *exchange) {
  return &exchange->flow;
}

void pl_exchange_close(struct pl_exchange *exchange) {
  free(exchange);
}
