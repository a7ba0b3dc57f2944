#include "control/daemon/feeds_json.h"

#include "control/publish/json.h"

#define ADD(object, numbers) pl_json_add(object, numbers, sizeof(numbers) / sizeof *(numbers))

json_t *pl_feeds_json_dropped(const struct pl_feed_counters *feed) {
  json_t *dropped = json_object();
  for (uint32_t i = PL_OK + 1; i < PL_STATUS_COUNT; i++)
    if (feed->outcomes[i] != 0)
      (void)json_object_set_new(dropped, pl_status_name((enum pl_status)i),
                                pl_json_u64(feed->outcomes[i]));
  return dropped;
}

void pl_feeds_json_ledger(json_t *object, const struct pl_feed_counters *feed) {
  (void)json_object_set_new(object, "packets", pl_json_u64(feed->frames));
  (void)json_object_set_new(object, "decoded", pl_json_u64(feed->outcomes[PL_OK]));
  (void)json_object_set_new(object, "dropped", pl_feeds_json_dropped(feed));
}

static json_t *line_json(const struct pl_channel_row_line *line, const char *name) {
  json_t *object = json_pack("{s:s, s:b}", "line", name, "silent", (int)(line->silent != 0));
  const struct pl_json_number numbers[] = {
      {"packets", line->packets},
      {"silences", line->silences},
      {"last_recv_ns", line->last_recv_ns},
  };
  ADD(object, numbers);
  return object;
}

static json_t *row_json(const struct pl_channel_row *row) {
  json_t *object = json_pack("{s:o, s:s, s:o, s:b}", "channel", pl_json_u64(row->id), "state",
                             pl_channels_state(row->state), "session", pl_json_hash(row->session),
                             "silent", (int)(row->silent != 0));
  const struct pl_json_number numbers[] = {
      {"next_seq", row->next_seq},
      {"packets", row->packets},
      {"held", row->held},
      {"holes", row->holes},
      {"filled_a", row->filled[PL_LINE_A]},
      {"filled_b", row->filled[PL_LINE_B]},
      {"filled_resend", row->filled[PL_LINE_RESEND]},
      {"gaps", row->gaps},
      {"gaps_by_snapshot", row->gaps_by_snapshot},
      {"units_lost", row->units_lost},
      {"duplicates", row->duplicates},
      {"late", row->late},
      {"restarts", row->restarts},
      {"silences", row->silences},
      {"stale_ns", row->stale_ns},
  };
  ADD(object, numbers);
  (void)json_object_set_new(object, "lines",
                            json_pack("[o, o]", line_json(&row->lines[PL_LINE_A], "A"),
                                      line_json(&row->lines[PL_LINE_B], "B")));
  return object;
}

json_t *pl_feeds_json_rows(const struct pl_channels_stats *channels, uint32_t first,
                           uint32_t rows_max) {
  json_t *rows = json_array();
  for (uint32_t i = first; i < channels->count && i - first < rows_max; i++)
    (void)json_array_append_new(rows, row_json(&channels->rows[i]));
  return rows;
}

void pl_feeds_json(const struct pl_channels_stats *channels, const struct pl_receive_stats *receive,
                   uint32_t first, json_t *object) {
  uint64_t degraded = 0, held = 0;
  for (uint32_t i = 0; i < channels->count; i++) {
    degraded += pl_channels_is_degraded(&channels->rows[i]);
    held += channels->rows[i].held;
  }
  const struct pl_json_number numbers[] = {
      {"channels", receive->channels},
      {"channels_silent", receive->channels_silent},
      {"channels_degraded", degraded},
      {"held", held},
      {"gaps", receive->gaps},
      {"units_lost", receive->units_lost},
      {"duplicates", receive->duplicates},
      {"late", receive->late},
      {"restarts", receive->restarts},
      {"silences", receive->silences},
      {"row_count", channels->count},
      {"first", first},
  };
  pl_feeds_json_ledger(object, &receive->feed);
  ADD(object, numbers);
  (void)json_object_set_new(object, "degraded", json_boolean(degraded != 0));
  (void)json_object_set_new(object, "rows",
                            pl_feeds_json_rows(channels, first, PL_FEEDS_JSON_ROWS));
}
