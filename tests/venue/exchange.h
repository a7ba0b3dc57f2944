/* The simulated exchange: an event loop in feed time that turns the market into frames.
 *
 * Same configuration, same bytes: the loop reads no clock and has no input but its configuration.
 * On each channel the sequence number starts at 1 and grows by 1 a packet. The first packets are
 * the definition of the combo and a whole snapshot cycle, so a reader that starts at the first
 * frame has every book before its first change. */
#ifndef PL_TESTS_VENUE_EXCHANGE_H
#define PL_TESTS_VENUE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/venue/flow.h"

#define PL_EXCHANGE_EPOCH_NS             1793577600000000000u /* 2026-11-02 00:00:00 UTC */
#define PL_EXCHANGE_RATE_MAX             1000000u
#define PL_EXCHANGE_SNAPSHOT_CYCLE_MAX_S 86400u

/* Takes one Ethernet frame.
 *   time_ns  when it leaves the venue, feed time; never goes back
 *   frame    [size] bytes, valid during the call only
 * Returns false to stop the exchange. */
typedef bool pl_exchange_sink(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size);

struct pl_exchange_config {
  uint64_t seed;
  uint64_t start_ns;         /* feed time of the first frame, UTC */
  uint64_t cycle_ns;         /* one run of the stress scenario; 1 s to 10 days */
  uint32_t rate;             /* book updates a second over all instruments, in calm; >= 1 */
  uint32_t options;          /* at most PL_FLOW_OPTIONS_MAX */
  uint32_t snapshot_cycle_s; /* >= 1 */
  enum pl_flow_scenario scenario;
};

struct pl_exchange;

/* The default: seed 1, the fixed epoch, 120 s of stress, 8 options, a snapshot every 10 s. */
struct pl_exchange_config pl_exchange_default(void);

/* Opens an exchange; nothing is sent yet. The configuration is copied, `ctx` is the caller's.
 * Returns NULL when a value is out of its range or memory is short. */
struct pl_exchange *pl_exchange_open(const struct pl_exchange_config *config,
                                     pl_exchange_sink *sink, void *ctx);

/* Runs up to, not including, feed time `until_ns`; may be called again to go on. Returns false
 * when the sink stopped it. */
bool pl_exchange_run(struct pl_exchange *exchange, uint64_t until_ns);

/* The market behind the frames, to compare with what a reader made of them. Valid until close.
 * Inside the sink it is already past the whole update that the frame is part of. */
const struct pl_flow *pl_exchange_flow(const struct pl_exchange *exchange);

/* Frees the exchange; NULL is allowed. */
void pl_exchange_close(struct pl_exchange *exchange);

#endif
