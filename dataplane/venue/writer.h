/* What all decoders do when they write a packet's events: put them down in order, know their
 * instruments, let books begin, and mark where a venue's event ends, be it packets later. Receive
 * thread only. */
#ifndef DATAPLANE_VENUE_WRITER_H
#define DATAPLANE_VENUE_WRITER_H

#include "dataplane/venue/venue.h"

struct pl_writer {
  void *decoder; /* the venue's own state, for the venue; set by it */
  struct pl_directory *directory;
  struct pl_venue_counters *counters;
  const struct pl_venue_context *context;
  struct pl_event *events; /* [events_max of the verdict], the caller's */
  uint32_t count, touched_count;
  uint8_t venue; /* enum pl_venue_id */
  struct pl_writer_touched {
    uint32_t instrument, last; /* its newest event in this packet */
  } touched[PL_FRAME_MESSAGES_MAX];
};

/* Instruments of one channel whose venue event was not whole when the last packet ended. */
struct pl_writer_open {
  uint32_t count;
  uint32_t instruments[PL_EVENT_OPEN_MAX];
};

/* pl_writer_begin starts a packet. After a loss or a restart it forgets what was open: the rest of
 * an event may never come. Fields are set one by one: touched is as large as it is short-lived.
 *   open  of the packet's channel; NULL for a venue whose events end with the packet */
void pl_writer_begin(struct pl_writer *ret_writer, struct pl_directory *directory,
                     struct pl_venue_counters *counters, const struct pl_venue_context *context,
                     struct pl_event *events, uint8_t venue, struct pl_writer_open *open);

/* pl_writer_put appends an event.
 *   exch_ns  0: the message carries no time
 *   returns  the event, zero but for seq, times, instrument, type, venue and side (none) */
static inline struct pl_event *pl_writer_put(struct pl_writer *writer, enum pl_event_type type,
                                             uint32_t instrument, uint64_t exch_ns) {
  const struct pl_venue_context *context = writer->context;
  struct pl_event *event = &writer->events[writer->count];
  *event = (struct pl_event){
      .seq = context->seq + writer->count++,
      .recv_ns = context->recv_ns,
      .exch_ns = exch_ns,
      .instrument = instrument,
      .type = (uint8_t)type,
      .side = PL_SIDE_NONE,
      .venue = writer->venue,
  };
  return event;
}

/* pl_writer_enter is what pl_writer_instrument does for one that is new, or new on its channel. */
uint32_t pl_writer_enter(struct pl_writer *writer, uint64_t venue_id);

/* pl_writer_instrument returns the dense index of a venue's instrument, on the packet's home
 * channel, entering it if it is new; PL_INSTRUMENT_NONE (counted) when the directory is full. */
static inline uint32_t pl_writer_instrument(struct pl_writer *writer, uint64_t venue_id) {
  const struct pl_venue_context *context = writer->context;
  uint32_t instrument = pl_directory_find(writer->directory, venue_id);
  if (PL_UNLIKELY(instrument == PL_INSTRUMENT_NONE) ||
      PL_UNLIKELY(writer->directory->entries[instrument].channel != context->home_channel))
    return pl_writer_enter(writer, venue_id);
  return instrument;
}

/* pl_writer_define names an instrument. One that is known under another name has given its id to
 * another contract: it is closed for good, and the new one has a dense index of its own.
 *   name     [size_bytes] as pl_directory_define takes it
 *   exch_ns  of the closing
 *   returns  the index to go on with; PL_INSTRUMENT_NONE (counted) when the directory is full; at
 *            most 1 event */
uint32_t pl_writer_define(struct pl_writer *writer, uint32_t instrument, const uint8_t *name,
                          uint32_t size_bytes, uint64_t exch_ns);

/* pl_writer_begin_book puts a book clear that says "empty from here on" before the instrument's
 * first update, where the channel's run was followed from its beginning: at most 1 event. */
void pl_writer_begin_book(struct pl_writer *writer, uint32_t instrument, uint64_t exch_ns);

/* pl_writer_touch notes that the newest event belongs to the instrument. Every instrument that gets
 * an event is touched, at most PL_FRAME_MESSAGES_MAX of them a packet. */
static inline void pl_writer_touch(struct pl_writer *writer, uint32_t instrument) {
  struct pl_instrument *entry = pl_directory_entry(writer->directory, instrument);
  uint64_t packet = writer->context->seq + 1; /* 0 means never */
  if (entry->touched_seq != packet) {
    PL_CHECK(writer->touched_count < PL_FRAME_MESSAGES_MAX);
    entry->touched_seq = packet;
    entry->touched_at = writer->touched_count++;
  }
  writer->touched[entry->touched_at] = (struct pl_writer_touched){instrument, writer->count - 1};
}

/* pl_writer_end_event marks the venue's event as whole: for what was touched since the last end,
 * and for what open holds of packets before, which gets an event of no type that says so: at most
 * PL_EVENT_OPEN_MAX events. */
void pl_writer_end_event(struct pl_writer *writer, struct pl_writer_open *open);

/* pl_writer_finish ends a packet; what was touched since the last end stays open. Instruments
 * beyond the room of open (counted) end with an end of a packet that touches them: late, never
 * early.
 *   returns  how many events were written */
uint32_t pl_writer_finish(struct pl_writer *writer, struct pl_writer_open *open);

#endif
