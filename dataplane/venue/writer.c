#include "dataplane/venue/writer.h"

/* What was begun before a loss is not known to be whole any more. */
static void forget(struct pl_directory *directory, uint32_t channel) {
  uint32_t instrument = pl_directory_first(directory, channel);
  while (instrument != PL_INSTRUMENT_NONE) {
    struct pl_instrument *entry = pl_directory_entry(directory, instrument);
    entry->mid_event = entry->listed = entry->begun = false;
    instrument = entry->next_in_channel;
  }
}

void pl_writer_begin(struct pl_writer *ret_writer, struct pl_directory *directory,
                     struct pl_venue_counters *counters, const struct pl_venue_context *context,
                     struct pl_event *events, uint8_t venue, struct pl_writer_open *open) {
  PL_CHECK(context->channel < PL_CHANNELS_MAX && context->home_channel < PL_CHANNELS_MAX);
  ret_writer->directory = directory;
  ret_writer->counters = counters;
  ret_writer->context = context;
  ret_writer->events = events;
  ret_writer->count = ret_writer->touched_count = 0;
  ret_writer->venue = venue;
  if (context->continuous) return;
  if (open != NULL) open->count = 0;
  if (!context->recovery) forget(directory, context->channel);
}

uint32_t pl_writer_enter(struct pl_writer *writer, uint64_t venue_id) {
  const struct pl_venue_context *context = writer->context;
  uint32_t instrument = pl_directory_index(writer->directory, venue_id, context->home_channel);
  if (instrument == PL_INSTRUMENT_NONE) {
    writer->counters->instruments_full++;
    return instrument;
  }
  /* A recovery channel that does not know its home may have named the instrument first. */
  if (!context->recovery &&
      pl_directory_entry(writer->directory, instrument)->channel != context->home_channel)
    pl_directory_move(writer->directory, instrument, context->home_channel);
  return instrument;
}

uint32_t pl_writer_define(struct pl_writer *writer, uint32_t instrument, const uint8_t *name,
                          uint32_t size_bytes, uint64_t exch_ns) {
  struct pl_instrument *entry = pl_directory_entry(writer->directory, instrument);
  if (pl_directory_define(entry, name, size_bytes)) return instrument;
  uint32_t fresh = pl_directory_replace(writer->directory, instrument);
  if (fresh == PL_INSTRUMENT_NONE) {
    writer->counters->instruments_full++;
    return fresh;
  }
  struct pl_event *event = pl_writer_put(writer, PL_EV_STATUS, instrument, exch_ns);
  event->aux = PL_COND_CLOSED;
  event->flags = PL_EVF_EVENT_END;
  (void)pl_directory_define(pl_directory_entry(writer->directory, fresh), name, size_bytes);
  return fresh;
}

void pl_writer_begin_book(struct pl_writer *writer, uint32_t instrument, uint64_t exch_ns) {
  struct pl_instrument *entry = pl_directory_entry(writer->directory, instrument);
  if (entry->begun || !writer->context->whole || writer->context->recovery) return;
  entry->begun = true;
  pl_writer_put(writer, PL_EV_BOOK_CLEAR, instrument, exch_ns)->aux = 1;
}

void pl_writer_end_event(struct pl_writer *writer, struct pl_writer_open *open) {
  for (uint32_t i = 0; i < writer->touched_count; i++) {
    const struct pl_writer_touched *touched = &writer->touched[i];
    struct pl_instrument *entry = pl_directory_entry(writer->directory, touched->instrument);
    writer->events[touched->last].flags |= PL_EVF_EVENT_END;
    entry->mid_event = false;
    entry->touched_seq = 0; /* touched anew by what comes after */
  }
  writer->touched_count = 0;
  for (uint32_t i = 0; i < open->count; i++) {
    struct pl_instrument *entry = pl_directory_entry(writer->directory, open->instruments[i]);
    entry->listed = false;
    if (!entry->mid_event) continue;
    entry->mid_event = false;
    pl_writer_put(writer, PL_EV_NONE, open->instruments[i], 0)->flags = PL_EVF_EVENT_END;
  }
  open->count = 0;
}

uint32_t pl_writer_finish(struct pl_writer *writer, struct pl_writer_open *open) {
  for (uint32_t i = 0; i < writer->touched_count; i++) {
    uint32_t instrument = writer->touched[i].instrument;
    struct pl_instrument *entry = pl_directory_entry(writer->directory, instrument);
    if (entry->mid_event && entry->listed) continue;
    entry->mid_event = true;
    entry->listed = open->count < PL_EVENT_OPEN_MAX;
    if (entry->listed)
      open->instruments[open->count++] = instrument;
    else
      writer->counters->events_unlisted++;
  }
  if (writer->count != 0) writer->events[writer->count - 1].flags |= PL_EVF_FRAME_END;
  return writer->count;
}
