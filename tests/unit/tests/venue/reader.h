/* A second opinion on the feed: a reader that shares no code with the encoder or the market. It
 * keeps every book from the frames alone and checks each promise of the format on the way. */
#ifndef PL_TESTS_UNIT_TESTS_VENUE_READER_H
#define PL_TESTS_UNIT_TESTS_VENUE_READER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define READER_IDS      512u
#define READER_LEVELS   512u
#define READER_CHANNELS 200u

struct reader_level {
  double price, amount;
};

struct reader_side {
  uint32_t count;
  struct reader_level level[READER_LEVELS]; /* in no order */
};

struct reader_book {
  bool is_known, is_mid_event; /* mid event: the last message had isLast 0 */
  uint64_t change_id;
  struct reader_side side[2];
};

struct reader {
  struct reader_book book[READER_IDS]; /* by instrument id */
  struct reader_book part;             /* a snapshot being gathered */
  uint32_t part_count;
  uint32_t sequence[READER_CHANNELS];
  uint64_t time_ns;
  uint64_t packets, messages[11]; /* messages by template - 1000 */
  uint64_t compared, multi_part, split, liquidations, tickers, empty_books;
  double ticker[READER_IDS][5]; /* of this packet: seen, best bid and amount, best ask and amount */
  size_t frame_max;
};

static inline uint64_t reader_le(const uint8_t *at, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; i++) value |= (uint64_t)at[i] << (8 * i);
  return value;
}

static inline double reader_double(const uint8_t *at) {
  uint64_t bits = reader_le(at, 8);
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline struct reader_level *reader_find(struct reader_side *side, double price) {
  for (uint32_t i = 0; i < side->count; i++)
    if (side->level[i].price == price) return &side->level[i];
  return NULL;
}

static inline void reader_add(struct reader_side *side, double price, double amount) {
  assert_true(side->count < READER_LEVELS);
  assert_true(price > 0 && amount > 0);
  assert_null(reader_find(side, price));
  side->level[side->count++] = (struct reader_level){price, amount};
}

/* The best level, zeros when there is none. Side 0 is the asks. */
static inline struct reader_level reader_best(const struct reader_book *book, int side) {
  struct reader_level best = {0, 0};
  for (uint32_t i = 0; i < book->side[side].count; i++) {
    const struct reader_level *level = &book->side[side].level[i];
    bool better = side == 0 ? level->price < best.price : level->price > best.price;
    if (i == 0 || better) best = *level;
  }
  return best;
}

static inline void reader_assert_uncrossed(const struct reader_book *book) {
  if (book->side[0].count == 0 || book->side[1].count == 0) return;
  assert_true(reader_best(book, 1).price < reader_best(book, 0).price);
}

static inline void reader_assert_equal(struct reader_book *kept, struct reader_book *snapshot) {
  assert_false(kept->is_mid_event);
  assert_true(kept->change_id == snapshot->change_id);
  for (int side = 0; side < 2; side++) {
    assert_int_equal(kept->side[side].count, snapshot->side[side].count);
    for (uint32_t i = 0; i < kept->side[side].count; i++) {
      struct reader_level level = kept->side[side].level[i];
      struct reader_level *other = reader_find(&snapshot->side[side], level.price);
      assert_true(other != NULL && other->amount == level.amount);
    }
  }
}

static inline struct reader_book *reader_book_of(struct reader *reader, const uint8_t *block) {
  uint64_t id = reader_le(block, 4);
  assert_true(id < READER_IDS);
  return &reader->book[id];
}

static inline void reader_book_message(struct reader *reader, const uint8_t *block,
                                       const uint8_t *group, uint32_t count) {
  struct reader_book *book = reader_book_of(reader, block);
  assert_true(book->is_known && count > 0);
  assert_true(reader_le(block + 12, 8) == book->change_id);
  assert_true(reader_le(block + 20, 8) > book->change_id);
  book->change_id = reader_le(block + 20, 8);
  book->is_mid_event = block[28] == 0;
  reader->split += book->is_mid_event;
  for (uint32_t i = 0; i < count; i++, group += 18) {
    struct reader_side *side = &book->side[group[0]];
    double price = reader_double(group + 2), amount = reader_double(group + 10);
    struct reader_level *level = reader_find(side, price);
    if (group[1] == 0) {
      reader_add(side, price, amount);
    } else if (group[1] == 1) {
      assert_true(level != NULL && amount > 0 && amount != level->amount);
      level->amount = amount;
    } else {
      assert_true(group[1] == 2 && level != NULL && amount == 0);
      *level = side->level[--side->count];
    }
    reader_assert_uncrossed(book);
  }
}

static inline void reader_snapshot_message(struct reader *reader, const uint8_t *block,
                                           const uint8_t *group, uint32_t count) {
  struct reader_book *book = reader_book_of(reader, block);
  struct reader_book *part = &reader->part;
  assert_true(count <= 51 && block[20] == 1);
  if (reader->part_count > 0) assert_true(part->change_id == reader_le(block + 12, 8));
  part->change_id = reader_le(block + 12, 8);
  for (uint32_t i = 0; i < count; i++, group += 17)
    reader_add(&part->side[group[0]], reader_double(group + 1), reader_double(group + 9));
  reader->part_count++;
  if (block[21] == 0) return;
  reader->multi_part += reader->part_count > 1;
  reader->empty_books += part->side[0].count + part->side[1].count == 0;
  if (book->is_known) {
    reader_assert_equal(book, part);
    reader->compared++;
  }
  *book = *part;
  book->is_known = true;
  memset(part, 0, sizeof *part);
  reader->part_count = 0;
}

static inline void reader_message(struct reader *reader, uint64_t template_id, const uint8_t *block,
                                  const uint8_t *group, uint32_t count) {
  assert_in_range(template_id, 1000, 1010);
  reader->messages[template_id - 1000]++;
  if (template_id == 1001) reader_book_message(reader, block, group, count);
  if (template_id == 1004) reader_snapshot_message(reader, block, group, count);
  if (template_id == 1002)
    for (uint32_t i = 0; i < count; i++) reader->liquidations += group[83 * i + 58] != 0;
  if (template_id == 1003) {
    double *ticker = reader->ticker[reader_le(block, 4)];
    assert_true(reader_le(block, 4) < READER_IDS && ticker[0] == 0);
    ticker[0] = 1;
    for (size_t i = 0; i < 4; i++) ticker[1 + i] = reader_double(block + 61 + 8 * i);
  }
}

/* Steps over one message. Returns its size; every byte of it belongs to a known part. */
static inline size_t reader_step(struct reader *reader, const uint8_t *at, size_t left) {
  assert_true(left >= 12);
  size_t groups = reader_le(at + 8, 2), texts = reader_le(at + 10, 2);
  size_t size = 12 + reader_le(at, 2), first = 0;
  uint32_t count = 0;
  assert_true(reader_le(at + 4, 2) == 1 && groups <= 1 && texts <= 1);
  for (size_t i = 0; i < groups; i++) {
    assert_true(size + 8 <= left);
    count = (uint32_t)reader_le(at + size + 2, 2);
    first = size + 8;
    size = first + reader_le(at + size, 2) * count;
  }
  for (size_t i = 0; i < texts; i++) {
    assert_true(size < left);
    size += 1 + (size_t)at[size];
  }
  assert_true(size <= left);
  reader_message(reader, reader_le(at + 2, 2), at + 12, at + first, count);
  return size;
}

/* At the end of a packet each of its tickers shows the best prices of the kept book. */
static inline void reader_check_tickers(struct reader *reader) {
  for (uint32_t id = 0; id < READER_IDS; id++) {
    const double *ticker = reader->ticker[id];
    if (ticker[0] == 0) continue;
    struct reader_book *book = &reader->book[id];
    if (book->is_known) {
      assert_false(book->is_mid_event);
      struct reader_level bid = reader_best(book, 1), ask = reader_best(book, 0);
      assert_true(ticker[1] == bid.price && ticker[2] == bid.amount);
      assert_true(ticker[3] == ask.price && ticker[4] == ask.amount);
      reader->tickers++;
    }
    reader->ticker[id][0] = 0;
  }
}

/* A pl_exchange_sink; ctx is the struct reader. */
static inline bool reader_take(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size) {
  struct reader *reader = ctx;
  assert_true(size >= 42 + 8 + 12 && size <= 1514);
  assert_true(time_ns >= reader->time_ns);
  reader->time_ns = time_ns;
  if (size > reader->frame_max) reader->frame_max = size;
  const uint8_t *payload = frame + 42;
  size_t left = size - 42;
  uint64_t channel = reader_le(payload + 2, 2);
  assert_true(channel < READER_CHANNELS && frame[33] == channel % 100);
  assert_int_equal((uint64_t)frame[36] << 8 | frame[37], channel >= 100 ? 6101 : 6100);
  assert_int_equal(reader_le(payload, 2), left - 8);
  assert_int_equal(reader_le(payload + 4, 4), ++reader->sequence[channel]);
  for (size_t at = 8; at < left;) at += reader_step(reader, payload + at, left - at);
  reader_check_tickers(reader);
  reader->packets++;
  return true;
}

#endif
