/* The feed handler of one venue: a frame in, events out. It joins UDP, line and venue, keeps the
 * ledger of frames (rx = decoded + every named drop), and turns what happens to a channel (gap,
 * silence, resumption) into status events of each of its instruments, before the frame's own. A
 * frame that is held back counts as decoded at once, and is counted anew should it end otherwise.
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
  uint64_t requests;                  /* to send packets again */
  uint64_t answers, rejects;          /* to them; answers count as frames too */
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

/* Where a venue's packets are sent to, and whose they are where the wire does not say it. */
struct pl_feed_group {
  uint32_t group_ipv4;      /* host order */
  uint16_t port;            /* host order */
  uint32_t channel_id;      /* these two as in struct pl_venue_head, or PL_CHANNEL_IDS: as */
  uint32_t home_channel_id; /* the venue's decoder says */
};

#define PL_FEED_GROUPS_MAX 256

struct pl_feed_config {
  const struct pl_venue *venue;
  uint32_t instrument_count; /* size of its directory */
  uint64_t silence_ns;       /* a channel silent for longer makes its instruments stale */
  uint64_t gap_wait_ns;      /* how long a packet that came early waits for those before it */
  uint64_t resend_wait_ns;   /* how long an answer to a request is waited for */
  bool asks;                 /* somebody takes requests and brings answers */
  const struct pl_feed_group *groups; /* [group_count]; what is sent elsewhere is dropped */
  uint32_t group_count;               /* 0: every multicast group is the venue's */
};

/* pl_feed_create takes a feed handler from the arena. Start-up only. The configuration is copied.
 */
struct pl_feed *pl_feed_create(struct pl_arena *arena, const struct pl_feed_config *config);

/* pl_feed_accept judges a frame and takes it in; its events are then pending. The frame's memory
 * must stay until they are written. Also moves the silence clock to the frame's receive time.
 *   handed_ns  monotonic time for the frame's note
 *   returns    PL_OK when it was decoded, else the name it was dropped under */
enum pl_status pl_feed_accept(struct pl_feed *feed, const struct pl_frame *frame,
                              uint64_t handed_ns);

/* pl_feed_accept_answer takes in what a venue sent again.
 *   packet  payload of a datagram from the venue's server; its memory must stay as a frame's
 * Otherwise like pl_feed_accept. */
enum pl_status pl_feed_accept_answer(struct pl_feed *feed, const struct pl_packet *packet,
                                     uint64_t recv_ns, uint64_t handed_ns);

/* A request to the venue to send units again. */
struct pl_feed_request {
  uint32_t channel_id; /* the venue's */
  uint32_t size_bytes;
  uint8_t bytes[PL_VENUE_REQUEST_BYTES]; /* the datagram's payload */
};

/* pl_feed_request hands over the next request that is due; false when there is none. Ask after each
 * frame and tick. */
bool pl_feed_request(struct pl_feed *feed, struct pl_feed_request *ret_request);

/* pl_feed_tick moves the silence clock when no frame comes. Events may be pending after it.
 *   now_ns  receive clock, UTC */
void pl_feed_tick(struct pl_feed *feed, uint64_t now_ns);

/* pl_feed_flush gives up every hole, as at the end of a capture, when nothing will come any more.
 * Events may be pending after it. */
void pl_feed_flush(struct pl_feed *feed);

/* pl_feed_now_ns returns the receive clock: of the last frame or tick. */
uint64_t pl_feed_now_ns(const struct pl_feed *feed);

/* pl_feed_pending returns how much room the next batch of events needs; 0 when there is none. */
uint32_t pl_feed_pending(const struct pl_feed *feed);

/* pl_feed_write writes the next batch.
 *   ret_events  room for pl_feed_pending events, the caller's
 *   returns     how many were written: at most that, may be 0 */
uint32_t pl_feed_write(struct pl_feed *feed, struct pl_event *ret_events);

/* pl_feed_abandon drops the pending packets because there is no room for their events: the frames
 * count as PL_E_RING_FULL, and their channels' instruments become stale before anything newer is
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
