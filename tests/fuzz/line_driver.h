/* One channel driven as the feed handler drives it, with what it hands on written down as
 * positions: a unit's number is the base plus its position, in the venue's width. */
#ifndef TESTS_FUZZ_LINE_DRIVER_H
#define TESTS_FUZZ_LINE_DRIVER_H

#include "dataplane/line/table.h"
#include "tests/fuzz/line_model.h"

struct line_driver {
  struct pl_line_table *table;
  uint32_t channel; /* dense */
  uint64_t base;
  struct line_ranges out;             /* since the caller emptied it */
  uint64_t decoded, duplicates, late; /* the ledger of packets, as it stands */
  uint64_t heartbeats_ahead;          /* counted as decoded, and as no packet of the channel */
  uint64_t units_out;                 /* handed on */
  uint32_t no_room;                   /* holes given up for it, since the caller emptied it */
  uint32_t restarts, waiting, whole, alone; /* told */
  uint32_t given_up;                        /* after waiting was told */
};

static inline const struct pl_channel *line_driver_channel(const struct line_driver *driver) {
  return &driver->table->channels[driver->channel];
}

#define LINE_DRIVER_CHANNEL_ID 7

/* A table as new, always in the same memory: of what was held before, nothing is cleared. */
static inline struct pl_line_table *line_driver_table(const struct pl_line_config *config) {
  static struct pl_line_table table;
  struct pl_arena arena = {(unsigned char *)&table, sizeof table + PL_CACHE_LINE_BYTES, 0};
  memset(&table, 0, offsetof(struct pl_line_table, index_by_id));
  table.index_by_id[LINE_DRIVER_CHANNEL_ID] = 0;
  PL_CHECK(pl_line_create(&arena, config) == &table);
  return &table;
}

static inline void line_driver_open(struct line_driver *driver, struct pl_line_table *table,
                                    uint64_t base) {
  memset(driver, 0, sizeof *driver);
  driver->table = table;
  driver->channel = pl_line_channel(table, LINE_DRIVER_CHANNEL_ID);
  driver->base = base;
}

static inline uint64_t line_driver_at(const struct line_driver *driver, uint64_t seq) {
  return (seq - driver->base) & driver->table->seq_mask;
}

/* What a packet carries: its own place, so that what was held back can be known again. */
static inline void line_driver_fill(uint8_t *bytes, const struct pl_line_place *place) {
  memcpy(bytes, &place->seq, sizeof place->seq);
  memcpy(bytes + sizeof place->seq, &place->seq_count, sizeof place->seq_count);
}
#define LINE_DRIVER_PACKET_BYTES 12

/* A packet's turn: exactly what is due, and nothing of it twice. */
static inline void line_driver_hand_on(struct line_driver *driver,
                                       const struct pl_line_place *place, uint32_t skip) {
  uint64_t from = line_driver_at(driver, place->seq);
  PL_CHECK(skip < place->seq_count || (skip == 0 && place->seq_count == 0));
  if (place->seq_count == 0) return;
  line_ranges_add(&driver->out, from + skip, from + place->seq_count);
  driver->units_out += place->seq_count - skip;
  PL_CHECK(pl_table_end(driver->table, place) == line_driver_channel(driver)->next_seq);
}

static inline void line_driver_release(struct line_driver *driver, uint64_t now_ns) {
  struct pl_line_held *held;
  struct pl_line_turn turn;
  while ((held = pl_line_take_held(driver->table, driver->channel, &turn)) != NULL) {
    uint8_t bytes[LINE_DRIVER_PACKET_BYTES];
    line_driver_fill(bytes, &held->place);
    PL_CHECK(held->size_bytes == sizeof bytes && memcmp(bytes, held->bytes, sizeof bytes) == 0);
    if (turn.known)
      driver->decoded--, driver->duplicates++;
    else
      line_driver_hand_on(driver, &held->place, turn.skip);
    pl_line_free(driver->table, held);
  }
  driver->whole += pl_line_settle(driver->table, driver->channel, now_ns);
}

static inline void line_driver_give_up(struct line_driver *driver, uint64_t now_ns) {
  driver->given_up += line_driver_channel(driver)->asked;
  pl_line_give_up_held(driver->table, driver->channel, now_ns);
  line_driver_release(driver, now_ns);
}

static inline void line_driver_drop(struct line_driver *driver) {
  uint32_t dropped = pl_line_drop_held(driver->table, driver->channel);
  driver->decoded -= dropped;
  driver->late += dropped;
}

static inline bool line_driver_holds(struct line_driver *driver, enum pl_line_id line,
                                     const struct pl_line_place *place, uint64_t now_ns,
                                     enum pl_line_verdict *ret_verdict) {
  uint8_t bytes[LINE_DRIVER_PACKET_BYTES];
  line_driver_fill(bytes, place);
  const struct pl_packet packet = {.data = bytes, .size_bytes = sizeof bytes};
  *ret_verdict = pl_line_hold(driver->table, driver->channel, line, place, &packet, now_ns, 0);
  if (*ret_verdict != PL_LINE_NEXT) return false;
  driver->given_up += line_driver_channel(driver)->asked;
  pl_line_give_up(driver->table, driver->channel, place->seq, now_ns);
  driver->no_room++;
  line_driver_release(driver, now_ns);
  return true;
}

/* Takes in a packet and returns what it was: NEXT, FIRST and RESTART were handed on. */
static inline enum pl_line_verdict line_driver_take(struct line_driver *driver,
                                                    enum pl_line_id line,
                                                    const struct pl_line_place *place,
                                                    uint64_t now_ns) {
  struct pl_line_table *table = driver->table;
  enum pl_line_verdict verdict;
  uint32_t skip;
  do {
    verdict = pl_line_judge(table, driver->channel, line, place, &skip);
  } while (verdict == PL_LINE_AHEAD && line_driver_holds(driver, line, place, now_ns, &verdict));
  driver->heartbeats_ahead += verdict == PL_LINE_AHEAD && place->seq_count == 0;
  if (verdict == PL_LINE_DUPLICATE)
    driver->duplicates++;
  else if (verdict == PL_LINE_LATE)
    driver->late++;
  else
    driver->decoded++;
  if (verdict == PL_LINE_AHEAD) return verdict;
  if (verdict == PL_LINE_RESTART) {
    line_driver_drop(driver);
    driver->restarts++;
  }
  (void)pl_line_commit(table, driver->channel, line, place, verdict, skip, now_ns);
  if (verdict == PL_LINE_DUPLICATE || verdict == PL_LINE_LATE) return verdict;
  line_driver_hand_on(driver, place, skip);
  line_driver_release(driver, now_ns);
  return verdict;
}

static inline void line_driver_tick(struct line_driver *driver, uint64_t now_ns) {
  enum pl_line_news news;
  uint32_t index;
  while ((news = pl_line_tick(driver->table, now_ns, &index)) != PL_LINE_NOTHING) {
    PL_CHECK(index == driver->channel);
    if (news == PL_LINE_ASKED) driver->waiting++;
    if (news == PL_LINE_LOST) {
      line_driver_give_up(driver, now_ns);
    }
    if (news == PL_LINE_ALONE) {
      line_driver_drop(driver);
      line_driver_release(driver, now_ns);
      driver->alone++;
    }
  }
}

/* The next request, as positions. */
static inline bool line_driver_request(struct line_driver *driver, struct line_range *ret_range) {
  uint32_t index, count;
  uint64_t seq;
  if (!pl_line_ask(driver->table, &index, &seq, &count)) return false;
  PL_CHECK(index == driver->channel && count != 0);
  uint64_t from = line_driver_at(driver, seq);
  *ret_range = (struct line_range){from, from + count};
  return true;
}

/* What must hold at any time: the ledger closes, by the driver's count and by the channel's; units
 * are handed on or lost; a hole is what something beyond it shows. */
static inline void line_driver_check(const struct line_driver *driver) {
  const struct pl_channel *channel = line_driver_channel(driver);
  uint32_t held = 0;
  const struct pl_line_held *last = NULL;
  for (uint32_t at = channel->held_first; at != 0; held++) {
    const struct pl_line_held *slot = &driver->table->slots[at - 1];
    PL_CHECK(pl_table_is_ahead(driver->table, slot->place.seq, channel->next_seq));
    PL_CHECK(last == NULL || !pl_table_is_ahead(driver->table, last->place.seq, slot->place.seq));
    last = slot;
    at = slot->next;
  }
  PL_CHECK(held == channel->held && channel->held <= PL_LINE_HELD_EACH);
  PL_CHECK(channel->hole || channel->held == 0);
  PL_CHECK(!channel->asked || channel->hole);
  PL_CHECK(driver->waiting == driver->whole + driver->given_up + channel->asked);
  PL_CHECK(channel->duplicates == driver->duplicates && channel->late == driver->late);
  PL_CHECK(channel->packets + channel->held + driver->heartbeats_ahead == driver->decoded);
  PL_CHECK(!channel->hole || pl_line_due_ns(driver->table) <= channel->due_ns);
}

/* The channel against the model, after the same things were done to both. */
static inline void line_driver_compare(struct line_driver *driver, struct line_model *model) {
  const struct pl_channel *channel = line_driver_channel(driver);
  line_driver_check(driver);
  PL_CHECK(channel->started == model->started);
  PL_CHECK(driver->out.count == model->out.count);
  PL_CHECK(memcmp(driver->out.ranges, model->out.ranges,
                  driver->out.count * sizeof driver->out.ranges[0]) == 0);
  driver->out.count = model->out.count = 0;
  PL_CHECK(!model->started || line_driver_at(driver, channel->next_seq) == model->next);
  PL_CHECK(channel->hole == model->hole && channel->asked == model->asked);
  PL_CHECK(!channel->hole || channel->due_ns == model->due_ns);
  PL_CHECK(channel->gaps == model->gaps && channel->units_lost == model->units_lost);
  PL_CHECK(channel->holes == model->holes && driver->units_out == model->units_out);
}

#endif
