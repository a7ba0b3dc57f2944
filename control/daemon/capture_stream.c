#include "control/daemon/capture_stream.h"

#include "engine/base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TURN_STAGES_MAX  16   /* a fast reader must not keep the thread from its other work */
#define FILL_RECORDS_MAX 4096 /* nor one that is gone */
#define CLOSE_TURNS_MAX  100
#define CLOSE_WAIT_MS    10
#define COMMENT_BYTES    64
#define LINES            PL_LINE_RESEND /* those that ports carry */

enum pl_status pl_capture_stream_open(struct pl_capture_stream *ret_stream) {
  struct pl_arena arena;
  enum pl_status status = pl_arena_open(
      pl_capture_tap_footprint(PL_CAPTURE_RING_SLOTS) + PL_CAPTURE_STAGE_BYTES, &arena);
  if (status != PL_OK) return status;
  struct pl_capture_tap *tap = pl_capture_tap_create(&arena, PL_CAPTURE_RING_SLOTS);
  uint8_t *stage = pl_arena_take(&arena, PL_CAPTURE_STAGE_BYTES);
  pl_arena_touch(&arena);
  *ret_stream =
      (struct pl_capture_stream){.arena = arena, .tap = tap, .stage = stage, .descriptor = -1};
  return PL_OK;
}

static uint8_t *stage_end(struct pl_capture_stream *stream) {
  return stream->stage + stream->staged;
}

static bool is_stream_socket(int descriptor) {
  int type = 0, domain = 0;
  socklen_t size = sizeof type;
  if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return false;
  size = sizeof domain;
  if (getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0) return false;
  return type == SOCK_STREAM && domain == AF_UNIX;
}

/* The blocks a file begins with; returns how many interfaces it has. */
static uint32_t stage_head(struct pl_capture_stream *stream,
                           const struct pl_capture_config *config) {
  uint32_t count = 0;
  stream->staged += pl_pcapng_put_section(config->application, stage_end(stream));
  for (uint32_t i = 0; i < LINES; i++) {
    struct pl_capture_line *line = &stream->lines[i];
    const char description[] = {'l', 'i', 'n', 'e', ' ', (char)('A' + i), '\0'};
    *line = (struct pl_capture_line){.captured = (config->order.lines >> i & 1) != 0 &&
                                                 config->interfaces[i] != NULL,
                                     .interface = count};
    if (!line->captured) continue;
    count++;
    const struct pl_pcapng_interface interface = {config->interfaces[i], description,
                                                  config->order.snap_bytes};
    stream->staged += pl_pcapng_put_interface(&interface, stage_end(stream));
  }
  return count;
}

enum pl_status pl_capture_stream_begin(struct pl_capture_stream *stream,
                                       const struct pl_capture_config *config, int *descriptor,
                                       char *ret_error, size_t error_bytes) {
  pl_capture_stream_turn(stream); /* one that is just over is no obstacle */
  if (stream->state != PL_CAPTURE_OFF) {
    (void)snprintf(ret_error, error_bytes, "a capture is on already");
    return PL_E_BUSY;
  }
  if (!is_stream_socket(*descriptor)) {
    (void)snprintf(ret_error, error_bytes, "no stream socket came with the request");
    return PL_E_PROTOCOL;
  }
  stream->staged = stream->sent = 0;
  if (stage_head(stream, config) == 0) {
    (void)snprintf(ret_error, error_bytes, "no port carries that line: see `plimsoll status`");
    return PL_E_NOT_FOUND;
  }
  stream->descriptor = *descriptor;
  *descriptor = -1;
  stream->state = PL_CAPTURE_ON;
  stream->broken = stream->full = false;
  stream->config = *config;
  stream->start_ns = pl_clock_utc_ns();
  stream->frames = stream->lost = 0;
  pl_capture_tap_give(stream->tap, &config->order);
  (void)fprintf(stderr, "plimsolld: capture begins\n");
  return PL_OK;
}

static void end(struct pl_capture_stream *stream, const char *why) {
  if (stream->state != PL_CAPTURE_ON) return;
  stream->state = PL_CAPTURE_ENDING;
  stream->why = why;
  pl_capture_tap_give(stream->tap, NULL);
}

/* The reader says that it wants no more by shutting its end down; it never sends anything. */
static bool reader_has_enough(const struct pl_capture_stream *stream) {
  char byte;
  ssize_t got = recv(stream->descriptor, &byte, sizeof byte, MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

/* Sends what is staged; false when some of it has to wait. */
static bool flush(struct pl_capture_stream *stream) {
  while (stream->sent < stream->staged && !stream->broken) {
    ssize_t sent = send(stream->descriptor, stream->stage + stream->sent,
                        stream->staged - stream->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0)
      stream->sent += (size_t)sent;
    else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOBUFS)
      return false;
    else
      stream->broken = true;
  }
  stream->staged = stream->sent = 0;
  return true;
}

static void count_missing(struct pl_capture_stream *stream, struct pl_capture_line *line,
                          const struct pl_capture_missing *missing) {
  line->missing.passed_over += missing->passed_over;
  line->missing.lost += missing->lost;
  stream->lost += missing->lost;
}

static void stage_record(struct pl_capture_stream *stream, const struct pl_capture_record *record) {
  struct pl_capture_line *line = &stream->lines[record->line];
  char comment[COMMENT_BYTES];
  (void)snprintf(comment, sizeof comment, "dropped: %s",
                 pl_status_name((enum pl_status)record->outcome));
  const struct pl_pcapng_packet packet = {
      .interface = line->interface,
      .kept_bytes = record->kept_bytes,
      .size_bytes = record->size_bytes,
      .stamp_ns = record->recv_ns,
      .lost_before = record->before.lost,
      .comment = record->outcome != PL_OK ? comment : NULL,
      .data = record->data,
  };
  stream->staged += pl_pcapng_put_packet(&packet, stage_end(stream));
  count_missing(stream, line, &record->before);
  line->written++;
  stream->frames++;
}

/* Takes records out of the tap as long as there is room; false when there was none to take. */
static bool fill(struct pl_capture_stream *stream) {
  uint32_t taken = 0;
  for (; taken < FILL_RECORDS_MAX; taken++) {
    if (stream->staged + PL_PCAPNG_BLOCK_BYTES_MAX > PL_CAPTURE_STAGE_BYTES) break;
    const struct pl_capture_record *record = pl_capture_tap_peek(stream->tap);
    if (record == NULL) break;
    if (!stream->broken && !stream->full && stream->lines[record->line].captured)
      stage_record(stream, record);
    pl_capture_tap_release(stream->tap, record);
    if (stream->config.frames_max == 0 || stream->frames < stream->config.frames_max) continue;
    stream->full = true;
    end(stream, "frames");
  }
  return taken != 0;
}

static void stage_statistics(struct pl_capture_stream *stream) {
  uint64_t now_ns = pl_clock_utc_ns();
  for (uint32_t i = 0; i < LINES; i++) {
    struct pl_capture_line *line = &stream->lines[i];
    if (!line->captured) continue;
    if (!stream->full) count_missing(stream, line, pl_capture_tap_missing(stream->tap, i));
    uint64_t accepted = line->written + line->missing.lost;
    const struct pl_pcapng_statistics statistics = {.interface = line->interface,
                                                    .start_ns = stream->start_ns,
                                                    .end_ns = now_ns,
                                                    .received =
                                                        accepted + line->missing.passed_over,
                                                    .accepted = accepted,
                                                    .dropped = line->missing.lost,
                                                    .delivered = line->written};
    stream->staged += pl_pcapng_put_statistics(&statistics, stage_end(stream));
  }
}

static void leave(struct pl_capture_stream *stream) {
  (void)close(stream->descriptor);
  stream->descriptor = -1;
  stream->state = PL_CAPTURE_OFF;
  (void)fprintf(stderr,
                "plimsolld: capture ended (%s): %" PRIu64 " frames, %" PRIu64 " lost from it\n",
                stream->broken ? "its reader is gone" : stream->why, stream->frames, stream->lost);
}

void pl_capture_stream_turn(struct pl_capture_stream *stream) {
  if (stream->state == PL_CAPTURE_OFF) return;
  if (stream->state == PL_CAPTURE_ON && reader_has_enough(stream)) end(stream, "reader");
  /* read before the ring: what was put before it was set is then found below */
  bool quiet = stream->state == PL_CAPTURE_ENDING && pl_capture_tap_is_obeyed(stream->tap);
  bool emptied = false;
  for (uint32_t i = 0; i < TURN_STAGES_MAX && !emptied && flush(stream); i++)
    emptied = !fill(stream);
  if (stream->broken) end(stream, "");
  if (quiet && emptied) {
    if (!stream->broken) stage_statistics(stream);
    stream->state = PL_CAPTURE_CLOSING;
  }
  if (stream->state == PL_CAPTURE_CLOSING && flush(stream)) leave(stream);
}

uint64_t pl_capture_stream_lost(const struct pl_capture_stream *stream) {
  return stream->state == PL_CAPTURE_OFF ? stream->lost : pl_capture_tap_lost(stream->tap);
}

void pl_capture_stream_close(struct pl_capture_stream *stream) {
  if (stream->tap == NULL) return;
  end(stream, "daemon");
  (void)pl_capture_tap_ready(stream->tap); /* in the receive core's stead */
  for (uint32_t i = 0; i < CLOSE_TURNS_MAX && stream->state != PL_CAPTURE_OFF; i++) {
    struct pollfd reader = {.fd = stream->descriptor, .events = POLLOUT};
    pl_capture_stream_turn(stream);
    if (stream->state != PL_CAPTURE_OFF) (void)poll(&reader, 1, CLOSE_WAIT_MS);
  }
  if (stream->state != PL_CAPTURE_OFF) {
    stream->why = "its reader does not read";
    leave(stream);
  }
  pl_arena_close(&stream->arena);
  *stream = (struct pl_capture_stream){.descriptor = -1};
}
