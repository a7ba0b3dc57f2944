#include "control/daemon/channels.h"

#include "engine/base/seqlock.h"

#define ROW_WORDS (sizeof(struct pl_channel_row) / sizeof(uint64_t))

_Static_assert(offsetof(struct pl_channels_stats, rows) == sizeof(uint64_t),
               "what is in use stands in front");

static struct pl_channel_row row_of(const struct pl_line_table *lines,
                                    const struct pl_channel *channel, uint32_t index,
                                    uint64_t now_ns) {
  struct pl_channel_row row = {
      .id = channel->id,
      .state = pl_line_state(lines, index),
      .session = channel->session,
      .next_seq = channel->next_seq,
      .packets = channel->packets,
      .gaps = channel->gaps,
      .units_lost = channel->units_lost,
      .holes = channel->holes,
      .gaps_by_snapshot = channel->mended_by_snapshot,
      .duplicates = channel->duplicates,
      .late = channel->late,
      .restarts = channel->restarts,
      .silent = channel->silent,
      .silences = channel->silences,
      .stale_ns = pl_line_stale_ns(channel, now_ns),
      .held = channel->held,
  };
  for (uint32_t line = 0; line < PL_LINE_COUNT; line++) {
    const struct pl_channel_line *from = &channel->lines[line];
    row.filled[line] = from->units_filled;
    row.lines[line] = (struct pl_channel_row_line){.packets = from->packets,
                                                   .silent = from->silent,
                                                   .silences = from->silences,
                                                   .last_recv_ns = from->last_recv_ns};
  }
  return row;
}

void pl_channels_write(struct pl_channels_cell *cell, struct pl_feed *feed) {
  uint32_t known;
  const struct pl_line_table *lines = pl_feed_lines(feed);
  const struct pl_channel *channels = pl_line_channels(lines, &known);
  uint64_t count = 0, now_ns = pl_feed_now_ns(feed);
  for (uint32_t i = 0; i < known; i++) {
    if (!channels[i].started && !channels[i].watched) continue;
    struct pl_channel_row *row = &cell->own.rows[count++];
    *row = row_of(lines, &channels[i], i, now_ns);
    /* What has no instruments has nothing to mend, and nobody will: a channel of indexes. */
    bool bare = pl_directory_first(pl_feed_directory(feed), i) == PL_INSTRUMENT_NONE;
    if (!bare) continue;
    row->stale_ns = 0;
    if (row->state == PL_LINE_SNAPSHOT || row->state == PL_LINE_STALE) row->state = PL_LINE_NORMAL;
  }
  cell->own.count = count;
  pl_seqlock_write(&cell->version, cell->words, &cell->own, (uint32_t)(1 + count * ROW_WORDS));
}

bool pl_channels_read(const struct pl_channels_cell *cell, struct pl_channels_stats *ret_stats) {
  return pl_seqlock_read(&cell->version, cell->words, ret_stats, PL_CHANNELS_WORDS);
}

const char *pl_channels_state(uint64_t state) {
  return state < PL_LINE_STATE_COUNT ? pl_line_state_name((enum pl_line_state)state) : "?";
}

bool pl_channels_is_degraded(const struct pl_channel_row *row) {
  return row->state == PL_LINE_STALE || row->silent != 0;
}
