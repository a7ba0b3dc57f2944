/* The feed handler of one venue: a frame in, events out. It joins UDP, line and venue, keeps the
 * ledger of frames (rx = decoded + every named drop), and turns what happens to a channel (gap,
 * silence, resumption) into status events of each of its instruments, before the frame's own.
 *
 *   status = pl_feed_accept(feed, &frame)
 *   while ((n = pl_feed_pending(feed)) > 0)
 *     room for n events; written = pl_feed_write(feed, events)
 *
 * Never blocks, never allocates. Receive thread only; counters may be read when it has stopped. */
#ifndef DATAPLANE_FEED_FEED_H
#define DATAPLANE_FEED_FEED_H

#include "dataplane/line/line.h"
#include "dataplane/venue/venue.h"
#include "engine/base/frame.h"

struct pl_feed;

struct pl_feed_counters {
  uint64_t frames;                    /* every frame given to pl_feed_accept */
  uint64_t outcomes[PL_STATUS_COUNT]; /* by status; PL_OK: decoded. They add up to frames */
  uint64_t messages;                  /* of decoded frames, unknown templates included */
  uint64_t events;                    /* written, status events included */
};

/* What a frame was, kept for a while so that an event's seq leads back to it. */
struct pl_feed_note {
  uint64_t handed_ns; /* monotonic, when the poll loop handed the frame over; the caller's to set */
  uint64_t packet_seq;
  uint32_t channel_id;
};

/* As many frames back can be looked up: twice the slots between the cores. Only should the engine
 * core stall while so many frames without an event go by is the note of a waiting event lost; notes
 * are for latency and taps, never for decisions. */
#define PL_FEED_NOTES (2u * PL_EVENT_RING_SLOTS)

size_t pl_feed_footprint(const struct pl_venue *venue, uint32_t instrument_count);

/* pl_feed_create takes a feed handler from the arena. Start-up only.
 *   silence_ns        a channel silent for longer makes its instruments stale
 *   instrument_count  size of its directory */
struct pl_feed *pl_feed_create(struct pl_arena *arena, const struct pl_venue *venue,
                               uint64_t silence_ns, uint32_t instrument_count);

/* pl_feed_accept judges a frame and takes it in; its events are then pending. The frame's memory
 * must stay until they are written. Also moves the silence clock to the frame's receive time.
 *   handed_ns  monotonic time for the frame's note
 *   returns    PL_OK when it was decoded, else the name it was dropped under */
enum pl_status pl_feed_accept(struct pl_feed *feed, const struct pl_frame *frame,
                              uint64_t handed_ns);

/* pl_feed_tick moves the silence clock when no frame comes. Events may be pending after it.
 *   now_ns  receive clock, UTC */
void pl_feed_tick(struct pl_feed *feed, uint64_t now_ns);

/* pl_feed_pending returns how much room the next batch of events needs; 0 when there is none. */
uint32_t pl_feed_pending(const struct pl_feed *feed);

/* pl_feed_write writes the next batch.
 *   ret_events  room for pl_feed_pending events, the caller's
 *   returns     how many were written: at most that, may be 0 */
uint32_t pl_feed_write(struct pl_feed *feed, struct pl_event *ret_events);

/* pl_feed_abandon drops the pending packet because there is no room for its events: the frame
 * counts as PL_E_RING_FULL, and its channel's instruments become stale before anything newer is
 * told. Pending status events stay pending. */
void pl_feed_abandon(struct pl_feed *feed);

const struct pl_feed_counters *pl_feed_counters(const struct pl_feed *feed);
const struct pl_venue_counters *pl_feed_venue_counters(const struct pl_feed *feed);
const struct pl_line_table *pl_feed_lines(const struct pl_feed *feed);
struct pl_directory *pl_feed_directory(struct pl_feed *feed);

/* pl_feed_note returns the note of a frame by its number (event seq / PL_EVENTS_PER_FRAME). Any
 * thread that got the event through the ring: the note was written before the event. */
const struct pl_feed_note *pl_feed_note(const struct pl_feed *feed, uint64_t frame_number);

#endif
