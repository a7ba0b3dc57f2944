#include "tests/harness/harness.h"

#include "engine/base/check.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void pl_frames_add(struct pl_frames *frames, const uint8_t *data, uint32_t size_bytes,
                   uint64_t recv_ns) {
  if (frames->count == frames->room) {
    frames->room = frames->room != 0 ? frames->room * 2 : 1024;
    frames->frames = realloc(frames->frames, frames->room * sizeof *frames->frames);
    frames->offsets = realloc(frames->offsets, frames->room * sizeof *frames->offsets);
    PL_CHECK(frames->frames != NULL && frames->offsets != NULL);
  }
  if (frames->bytes_used + size_bytes > frames->bytes_room) {
    frames->bytes_room = (frames->bytes_room + size_bytes) * 2;
    frames->bytes = realloc(frames->bytes, frames->bytes_room);
    PL_CHECK(frames->bytes != NULL);
  }
  if (size_bytes != 0) memcpy(frames->bytes + frames->bytes_used, data, size_bytes);
  frames->offsets[frames->count] = frames->bytes_used;
  frames->frames[frames->count++] =
      (struct pl_frame){.size_bytes = size_bytes, .line = PL_LINE_A, .recv_ns = recv_ns};
  frames->bytes_used += size_bytes;
}

void pl_frames_seal(struct pl_frames *frames) {
  for (uint32_t i = 0; i < frames->count; i++)
    frames->frames[i].data = frames->bytes + frames->offsets[i];
}

void pl_frames_free(struct pl_frames *frames) {
  free(frames->bytes);
  free(frames->frames);
  free(frames->offsets);
  *frames = (struct pl_frames){0};
}

static bool read_capture(struct pl_frames *frames, const char *path) {
  char error[PCAP_ERRBUF_SIZE];
  pcap_t *capture = pcap_open_offline(path, error);
  if (capture == NULL) return false;
  struct pcap_pkthdr *header;
  const u_char *data;
  while (pcap_next_ex(capture, &header, &data) == 1)
    pl_frames_add(frames, data, header->caplen,
                  (uint64_t)header->ts.tv_sec * UINT64_C(1000000000) +
                      (uint64_t)header->ts.tv_usec * 1000);
  pcap_close(capture);
  pl_frames_seal(frames);
  return frames->count != 0;
}

bool pl_frames_read(struct pl_frames *frames, const char *path) {
  size_t length = strlen(path);
  if (length < 3 || strcmp(path + length - 3, ".gz") != 0) return read_capture(frames, path);
  char text[4096];
  (void)snprintf(text, sizeof text, "gzip -dc '%s'", path);
  FILE *unpacked = popen(text, "r");
  if (unpacked == NULL) return false;
  (void)snprintf(text, sizeof text, "/dev/fd/%d", fileno(unpacked));
  bool done = read_capture(frames, text);
  (void)pclose(unpacked);
  return done;
}

bool pl_frames_keep(void *context, uint64_t time_ns, const uint8_t *frame, size_t size) {
  pl_frames_add(context, frame, (uint32_t)size, time_ns);
  return true;
}

void pl_frames_venue(struct pl_frames *frames, const struct pl_exchange_config *config) {
  struct pl_exchange *exchange = pl_exchange_open(config, pl_frames_keep, frames);
  PL_CHECK(exchange != NULL);
  PL_CHECK(pl_exchange_run(exchange, config->start_ns + config->cycle_ns));
  pl_exchange_close(exchange);
  pl_frames_seal(frames);
}

void pl_frames_exchange(struct pl_frames *frames, uint64_t seed, uint32_t seconds,
                        uint32_t updates_per_s) {
  struct pl_exchange_config config = pl_exchange_default();
  config.seed = seed;
  config.rate = updates_per_s;
  config.cycle_ns = seconds * UINT64_C(1000000000);
  pl_frames_venue(frames, &config);
}

const char *pl_harness_shared(const char *name, char *room, size_t room_bytes) {
  const char *folder = getenv("PLIMSOLL_SHARED");
  (void)snprintf(room, room_bytes, "%s/%s", folder != NULL ? folder : "../shared", name);
  if (access(room, R_OK) == 0) return room;
  (void)fprintf(stderr, "\n*** skipped: no shared data (%s) ***\n\n", room);
  return NULL;
}

void pl_harness_open(struct pl_harness *harness, const struct pl_policy *policy) {
  static struct pl_policy default_policy;
  pl_policy_default(&default_policy);
  struct pl_pipeline_config config = {
      .venue = pl_venue_find(harness->venue != NULL ? harness->venue : "deribit"),
      .policy = policy != NULL ? policy : &default_policy,
      .instrument_count = harness->instrument_count != 0 ? harness->instrument_count : 1024,
      .lossless = true,
      .asks = harness->asks,
      .tap = harness->tap,
      .tap_context = harness->context,
  };
  PL_CHECK(pl_pipeline_open(&config, &harness->pipeline) == PL_OK);
  harness->decisions = harness->digest = 0;
  harness->stream = calloc(1, sizeof *harness->stream);
  PL_CHECK(harness->stream != NULL);
}

static void take(void *context, const struct pl_decision *decision) {
  struct pl_harness *harness = context;
  harness->decisions++;
  pl_digest_take(harness->stream, decision);
  if (harness->each != NULL) harness->each(harness->context, decision);
}

void pl_harness_play(struct pl_harness *harness, const struct pl_frames *frames) {
  uint32_t burst = harness->burst_frames != 0 ? harness->burst_frames : PL_BURST_FRAMES_MAX;
  for (uint32_t at = 0; at < frames->count; at += burst) {
    uint32_t count = frames->count - at < burst ? frames->count - at : burst;
    if (harness->in_two_stages) {
      pl_pipeline_receive(&harness->pipeline, &frames->frames[at], count, 0);
      while (pl_pipeline_engine(&harness->pipeline) > 0) continue;
    } else {
      pl_pipeline_run(&harness->pipeline, &frames->frames[at], count, 0);
    }
    (void)pl_pipeline_drain(&harness->pipeline, take, harness);
  }
  harness->digest = pl_digest_sum(harness->stream, pl_feed_directory(harness->pipeline.feed));
}

void pl_harness_flush(struct pl_harness *harness) {
  pl_pipeline_flush(&harness->pipeline);
  (void)pl_pipeline_drain(&harness->pipeline, take, harness);
  harness->digest = pl_digest_sum(harness->stream, pl_feed_directory(harness->pipeline.feed));
}

void pl_harness_close(struct pl_harness *harness) {
  free(harness->stream);
  pl_pipeline_close(&harness->pipeline);
}

bool pl_harness_ledger_closes(const struct pl_harness *harness) {
  const struct pl_feed_counters *counters = pl_feed_counters(harness->pipeline.feed);
  uint64_t sum = 0;
  for (uint32_t i = 0; i < PL_STATUS_COUNT; i++) sum += counters->outcomes[i];
  return sum == counters->frames;
}
