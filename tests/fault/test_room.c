/* No room: row 12 of the fault matrix (a burst over the event ring's capacity) and row 13 (no
 * packet buffers), on the real ring and the real port. */
#include "dataplane/port/eal.h"
#include "dataplane/port/port.h"
#include "tests/fault/fault.h"
#include "tests/venue/sink_pcap.h"

#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <stdio.h>
#include <unistd.h>

static struct pl_frames clean;
static struct fault_run run;

static int setup(void **state) {
  (void)state;
  pl_frames_exchange(&clean, 6, 20, 400);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  pl_frames_free(&clean);
  return 0;
}

static void receive(struct pl_pipeline *pipeline, uint32_t from, uint32_t to) {
  for (uint32_t at = from; at < to; at += PL_BURST_FRAMES_MAX) {
    uint32_t left = to - at;
    pl_pipeline_receive(pipeline, &clean.frames[at],
                        left < PL_BURST_FRAMES_MAX ? left : PL_BURST_FRAMES_MAX, 0);
  }
}

static void step(struct pl_pipeline *pipeline) {
  while (pl_pipeline_engine(pipeline) > 0) (void)pl_pipeline_drain(pipeline, fault_judge, &run);
  (void)pl_pipeline_drain(pipeline, fault_judge, &run);
}

/* The engine core does not take anything for so long that the ring runs over: the newest packets
 * are dropped, and their channels are stale before anything newer is told. */
static void row_12_burst_over_the_ring_is_dropped_counted_and_stale(void **state) {
  (void)state;
  static struct pl_policy policy;
  pl_policy_default(&policy);
  static struct pl_pipeline pipeline;
  const struct pl_pipeline_config config = {
      .venue = pl_venue_find("deribit"), .policy = &policy, .instrument_count = 1024};
  memset(&run, 0, sizeof run);
  assert_int_equal(pl_pipeline_open(&config, &pipeline), PL_OK);
  uint32_t third = clean.count / 3;
  for (uint32_t at = 0; at < third; at += 1000) { /* the engine keeps up */
    receive(&pipeline, at, at + 1000 < third ? at + 1000 : third);
    step(&pipeline);
  }
  uint64_t by_model = run.outcome.by_model;
  const uint64_t *outcomes = pl_feed_counters(pipeline.feed)->outcomes;
  assert_true(by_model > 0 && outcomes[PL_E_RING_FULL] == 0);
  receive(&pipeline, third, 2 * third); /* and now it does not */
  uint64_t dropped = outcomes[PL_E_RING_FULL];
  assert_true(dropped > 0);
  assert_int_equal(outcomes[PL_OK] + dropped, 2 * third);
  assert_int_equal(run.outcome.static_by_gap, 0);
  step(&pipeline);
  for (uint32_t at = 2 * third; at < clean.count; at += 100) { /* and now again */
    receive(&pipeline, at, at + 100 < clean.count ? at + 100 : clean.count);
    step(&pipeline);
  }
  assert_true(run.outcome.static_by_gap > 0);
  assert_int_equal(outcomes[PL_E_RING_FULL], dropped);
  assert_true(run.outcome.by_model > by_model + 100); /* proven again, and decided on */
  pl_pipeline_close(&pipeline);
}

/* Somebody holds every buffer of the port: nothing is received, it is told, and goes on afterwards.
 */
static void row_13_no_buffers_is_told_and_got_over(void **state) {
  (void)state;
  char path[] = "/tmp/plimsoll-test-XXXXXX", error[512] = "";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  (void)close(fd);
  struct pl_sink_pcap *sink = calloc(1, sizeof *sink);
  assert_true(sink != NULL && pl_sink_pcap_open(sink, path));
  for (uint32_t i = 0; i < 1000; i++)
    assert_true(pl_sink_pcap_write(sink, clean.frames[i].recv_ns, clean.frames[i].data,
                                   clean.frames[i].size_bytes));
  assert_true(pl_sink_pcap_close(sink));
  free(sink);
  const struct pl_eal_config eal = {.profile = PL_EAL_EMBEDDED};
  assert_int_equal(pl_eal_start(&eal, error, sizeof error), PL_OK);
  struct pl_port *port;
  assert_int_equal(pl_port_open_capture(path, PL_LINE_A, &port, error, sizeof error), PL_OK);
  struct pl_frame frames[PL_BURST_FRAMES_MAX];
  uint32_t got = pl_port_burst(port, frames, 1);
  struct rte_mempool *pool = rte_mempool_lookup("pl_port0");
  assert_non_null(pool);
  static struct rte_mbuf *taken[1024];
  uint32_t count = 0;
  while (count < 1024 && (taken[count] = rte_pktmbuf_alloc(pool)) != NULL) count++;
  assert_true(count > 0);
  struct pl_port_stats stats;
  got +=
      pl_port_burst(port, frames, PL_BURST_FRAMES_MAX); /* only the last burst's buffer is free */
  pl_port_stats(port, &stats);
  assert_true(stats.rx_nombuf > 0);
  for (uint32_t i = 0; i < count; i++) rte_pktmbuf_free(taken[i]);
  while (!pl_port_ended(port)) got += pl_port_burst(port, frames, PL_BURST_FRAMES_MAX);
  pl_port_stats(port, &stats);
  print_message("%u of 1000 frames received, %llu without a buffer, %llu missing\n", got,
                (unsigned long long)stats.rx_nombuf, (unsigned long long)stats.rx_missing);
  assert_true(got > 500);
  assert_int_equal(got + stats.rx_missing, 1000);
  pl_port_close(port);
  pl_eal_stop();
  (void)unlink(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(row_12_burst_over_the_ring_is_dropped_counted_and_stale),
      cmocka_unit_test(row_13_no_buffers_is_told_and_got_over),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
