/* The benchmarks. Each prints its figures; figure names begin with the case's. */
#ifndef TESTS_BENCH_CASES_H
#define TESTS_BENCH_CASES_H

#include "tests/bench/input.h"
#include "tests/bench/report.h"

/* Wire to events: judge and write of one venue packet, Deribit's and CME's; then with Ethernet, UDP
 * and line before. */
void pl_case_decode_run(struct pl_report *report, const struct pl_input *input);
void pl_case_deep_run(struct pl_report *report, const struct pl_input *input);
void pl_case_cme_run(struct pl_report *report, const struct pl_input *input);
void pl_case_feed_run(struct pl_report *report, const struct pl_input *input);

/* Lines: what arbitration and sequencing add to the decoder. */
void pl_case_lines_run(struct pl_report *report, const struct pl_input *input);

/* Wire to events of Nasdaq's ITCH: head, judge and write. */
void pl_case_itch_run(struct pl_report *report, const struct pl_input *input);
/* The same of one Starbase packet: single orders of 200 instruments. */
void pl_case_starbase_run(struct pl_report *report, const struct pl_input *input);

/* Book: level updates, snapshots. */
void pl_case_book_run(struct pl_report *report, const struct pl_input *input);

/* Orders: single orders into level sums, 400,000 live over 4,000 instruments. */
void pl_case_day_run(struct pl_report *report, const struct pl_input *input);
void pl_case_orders_run(struct pl_report *report, const struct pl_input *input);

/* Walk: 16 sizes at once, depth by band, both over a full book. */
void pl_case_walk_run(struct pl_report *report, const struct pl_input *input);

/* Volatility: one EWMA step. */
void pl_case_volatility_run(struct pl_report *report, const struct pl_input *input);

/* Step: events in, decisions out, without a model. */
void pl_case_step_run(struct pl_report *report, const struct pl_input *input);

/* Ring: throughput against rte_ring in the same run, and the round trip. */
void pl_case_ring_run(struct pl_report *report, const struct pl_input *input);
void pl_case_hop_run(struct pl_report *report, const struct pl_input *input);

/* Live capture: what it costs the receive core, off and on. */
void pl_case_capture_run(struct pl_report *report, const struct pl_input *input);

/* The whole: wire to decision in both thread layouts, and a replay at full speed. */
void pl_case_wire_run(struct pl_report *report, const struct pl_input *input);
void pl_case_replay_run(struct pl_report *report, const struct pl_input *input);

#endif
