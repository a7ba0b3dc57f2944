/* Real market-by-order records of one ES contract: the reader reads them all, and a book kept from
 * them the plain way shows what the records mean. */
#include "tests/harness/harness.h"
#include "tests/venue/dbn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include <cmocka.h>

#define CAPTURE  "captures/cme/esh4-glbx-mdp3-20231225.mbo.dbn.zst"
#define TICK_E9  INT64_C(250000000)
#define TICKS    65536
#define SLOTS    262144u /* a power of two, far above the orders ever seen */
#define HOUR_NS  UINT64_C(3600000000000)
#define DAY_HOUR 24

struct order {
  uint64_t id; /* 0: never used */
  int64_t price_e9;
  uint32_t size; /* 0: gone; the slot stays so that others are found */
  char side;
};

static struct order orders[SLOTS];
static int64_t levels[2][TICKS]; /* ask, bid: contracts by tick */

static struct order *find(uint64_t id) {
  uint32_t at = (uint32_t)(id * UINT64_C(0x9e3779b97f4a7c15) >> 40) % SLOTS;
  while (orders[at].id != 0 && orders[at].id != id) at = (at + 1) % SLOTS;
  return &orders[at];
}

static int64_t *level(char side, int64_t price_e9) {
  assert_true(side == PL_DBN_ASK || side == PL_DBN_BID);
  assert_int_equal(price_e9 % TICK_E9, 0);
  assert_in_range(price_e9 / TICK_E9, 1, TICKS - 1);
  return &levels[side == PL_DBN_BID][price_e9 / TICK_E9];
}

static void set(struct order *order, const struct pl_dbn_record *record, uint32_t size) {
  if (order->size != 0) *level(order->side, order->price_e9) -= order->size;
  *order = (struct order){record->order_id, record->price_e9, size, record->side};
  if (size != 0) *level(order->side, order->price_e9) += size;
}

/* What the capture is known to hold: every cancel and modify fits an order that is there. */
static void apply(const struct pl_dbn_record *record) {
  struct order *order = find(record->order_id);
  switch (record->action) {
  case PL_DBN_ADD:
    assert_true(order->size == 0 && record->size > 0);
    set(order, record, record->size);
    break;
  case PL_DBN_CANCEL: /* names all that is left */
    assert_true(order->side == record->side && order->price_e9 == record->price_e9);
    assert_true(order->size != 0 && order->size == record->size);
    set(order, record, 0);
    break;
  case PL_DBN_MODIFY:
    assert_true(order->size != 0 && order->side == record->side && record->size > 0);
    set(order, record, record->size);
    break;
  default: assert_true(record->action == PL_DBN_FILL || record->action == PL_DBN_TRADE);
  }
}

static int64_t best_ask_e9(void) {
  int64_t tick = 0;
  while (tick < TICKS && levels[0][tick] == 0) tick++;
  return tick * TICK_E9;
}

static int64_t best_bid_e9(void) {
  int64_t tick = TICKS - 1;
  while (tick > 0 && levels[1][tick] == 0) tick--;
  return tick * TICK_E9;
}

struct counts {
  uint32_t records, snapshot, adds, cancels, modifies, fills, trades, events;
  uint32_t crossed, crossed_by_hour[DAY_HOUR];
};

static void count(struct counts *counts, const struct pl_dbn_record *record) {
  counts->records++;
  counts->snapshot += (record->flags & PL_DBN_SNAPSHOT) != 0;
  counts->adds += record->action == PL_DBN_ADD;
  counts->cancels += record->action == PL_DBN_CANCEL;
  counts->modifies += record->action == PL_DBN_MODIFY;
  counts->fills += record->action == PL_DBN_FILL;
  counts->trades += record->action == PL_DBN_TRADE;
  if ((record->flags & PL_DBN_LAST) == 0) return;
  counts->events++;
  if (best_bid_e9() < best_ask_e9()) return;
  counts->crossed++;
  counts->crossed_by_hour[record->recv_ns / HOUR_NS % DAY_HOUR]++;
}

static void check_final_book(void) {
  uint32_t live = 0, depth[2] = {0};
  int64_t sums[2] = {0};
  for (uint32_t i = 0; i < SLOTS; i++) live += orders[i].size != 0;
  for (uint32_t side = 0; side < 2; side++)
    for (uint32_t tick = 0; tick < TICKS; tick++) {
      depth[side] += levels[side][tick] != 0;
      sums[side] += levels[side][tick];
    }
  assert_int_equal(live, 11217);
  assert_int_equal(depth[0], 565);
  assert_int_equal(depth[1], 922);
  assert_int_equal(sums[0], 20110);
  assert_int_equal(sums[1], 22050);
  assert_int_equal(best_bid_e9(), INT64_C(4810000000000));
  assert_int_equal(best_ask_e9(), INT64_C(4810250000000));
}

/* The first record behind the snapshot, field by field. */
static void check_first_live(const struct pl_dbn_record *record) {
  assert_true(record->event_ns == UINT64_C(1703541600180087113));
  assert_true(record->recv_ns == UINT64_C(1703541600181198464));
  assert_true(record->order_id == UINT64_C(6412777264941));
  assert_true(record->price_e9 == INT64_C(4797500000000) && record->size == 6);
  assert_true(record->action == PL_DBN_ADD && record->side == PL_DBN_BID);
  assert_true(record->flags == 0x82 && record->channel_id == 0 && record->publisher_id == 1);
  assert_true(record->sent_delta_ns == 17261 && record->sequence == 4957);
}

static void records_keep_a_book(void **state) {
  (void)state;
  char path[4096];
  if (pl_harness_shared(CAPTURE, path, sizeof path) == NULL) skip();
  const char *error;
  struct pl_dbn *dbn = pl_dbn_open(path, &error);
  assert_non_null(dbn);
  struct counts counts = {0};
  struct pl_dbn_record record;
  uint64_t recv_ns = 0;
  while (pl_dbn_next(dbn, &record)) {
    assert_true(record.recv_ns >= recv_ns);
    recv_ns = record.recv_ns;
    assert_int_equal(record.instrument_id, 17077);
    if (counts.records == 8725) check_first_live(&record);
    apply(&record);
    count(&counts, &record);
  }
  assert_null(pl_dbn_error(dbn));
  assert_int_equal(counts.records, 68792);
  assert_int_equal(counts.snapshot, 8725);
  assert_int_equal(counts.adds, 29216);
  assert_int_equal(counts.cancels, 17999);
  assert_int_equal(counts.modifies, 12233);
  assert_int_equal(counts.fills, 6371);
  assert_int_equal(counts.trades, 2973);
  assert_int_equal(counts.events, 47022);
  /* The hour is the recorder's: before the open at 23 h bids and asks may overlap. The event that
   * is crossed at 23 h left the venue just before the open. */
  assert_int_equal(counts.crossed, 891);
  assert_int_equal(counts.crossed_by_hour[22], 890);
  assert_int_equal(counts.crossed_by_hour[23], 1);
  check_final_book();
  pl_dbn_close(dbn);
  print_message("ES: %u records, %u events, %u crossed\n", counts.records, counts.events,
                counts.crossed);
}

/* --- files made here -------------------------------------------------------------------------- */

#define METADATA 100
#define FILE_MAX (8 + METADATA + 2 * 56)

static size_t make(uint8_t *file) {
  memset(file, 0, FILE_MAX);
  memcpy(file, "DBN\1", 4);
  file[4] = METADATA;
  for (uint32_t i = 0; i < 2; i++) {
    uint8_t *record = file + 8 + METADATA + 56 * (size_t)i;
    record[0] = 14, record[1] = 0xa0;
    record[16] = (uint8_t)(7 + i), record[38] = 'A', record[39] = 'B';
    memset(record + 24, 0xff, 8); /* the price: -1 */
    record[32] = 5, record[36] = 0x82;
  }
  return FILE_MAX;
}

/* Writes bytes to a file of their own and opens it. */
static struct pl_dbn *open_bytes(const uint8_t *bytes, size_t size, const char **ret_error) {
  char path[] = "/tmp/test_dbn_XXXXXX";
  int handle = mkstemp(path);
  assert_true(handle >= 0);
  assert_int_equal(write(handle, bytes, size), size);
  assert_int_equal(close(handle), 0);
  struct pl_dbn *dbn = pl_dbn_open(path, ret_error);
  assert_int_equal(unlink(path), 0);
  return dbn;
}

/* Reads all records; returns how many, and why they ended. */
static uint32_t read_all(const uint8_t *bytes, size_t size, const char **ret_error) {
  struct pl_dbn *dbn = open_bytes(bytes, size, ret_error);
  struct pl_dbn_record record;
  uint32_t records = 0;
  if (dbn == NULL) return UINT32_MAX;
  for (; pl_dbn_next(dbn, &record); records++) {
    assert_int_equal(record.order_id, 7 + records);
    assert_int_equal(record.price_e9, -1);
    assert_true(record.size == 5 && record.flags == 0x82 && record.action == 'A');
  }
  *ret_error = pl_dbn_error(dbn);
  pl_dbn_close(dbn);
  return records;
}

static void files_are_judged(void **state) {
  (void)state;
  const struct {
    size_t at, cut; /* one byte changed (at 0: none), so many cut off at the end */
    uint8_t value;
    uint32_t records; /* UINT32_MAX: not opened */
    bool whole;
  } rows[] = {
      {0, 0, 0, 2, true},
      {0, 56, 0, 1, true},
      {0, 112, 0, 0, true},
      {0, 1, 0, 1, false},            /* the second record is cut short */
      {0, 111, 0, 0, false},          /* the first */
      {0, 113, 0, UINT32_MAX, false}, /* the metadata are */
      {0, FILE_MAX, 0, UINT32_MAX, false},
      {2, 0, 'X', UINT32_MAX, false}, /* not DBN */
      {3, 0, 2, UINT32_MAX, false},   /* another version */
      {4, 0, 99, UINT32_MAX, false},  /* metadata too short */
      {7, 0, 255, UINT32_MAX, false}, /* too long */
      {24, 0, 1, UINT32_MAX, false},  /* another schema */
      {108, 0, 13, 0, false},         /* a record of another length */
      {109, 0, 0x01, 0, false},       /* of another type */
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    uint8_t file[FILE_MAX];
    size_t size = make(file) - rows[i].cut;
    if (rows[i].at != 0) file[rows[i].at] = rows[i].value;
    const char *error = NULL;
    assert_int_equal(read_all(file, size, &error), rows[i].records);
    assert_int_equal(error == NULL, rows[i].whole);
  }
  const char *error = NULL;
  assert_null(pl_dbn_open("/nonexistent", &error));
  assert_non_null(error);
  pl_dbn_close(NULL);
}

/* Compresses a file so that its first record can be read before the frame is whole. */
static size_t pack(const uint8_t *file, size_t size, uint8_t *packed, size_t room) {
  ZSTD_CCtx *context = ZSTD_createCCtx();
  assert_non_null(context);
  ZSTD_outBuffer output = {packed, room, 0};
  ZSTD_inBuffer first = {file, size - 56, 0}, last = {file + size - 56, 56, 0};
  assert_int_equal(ZSTD_compressStream2(context, &output, &first, ZSTD_e_flush), 0);
  assert_int_equal(ZSTD_compressStream2(context, &output, &last, ZSTD_e_end), 0);
  (void)ZSTD_freeCCtx(context);
  return output.pos;
}

static void compressed_files_are_judged(void **state) {
  (void)state;
  uint8_t file[FILE_MAX], packed[2 * FILE_MAX];
  size_t packed_size = pack(file, make(file), packed, sizeof packed);
  const char *error = NULL;
  assert_int_equal(read_all(packed, packed_size, &error), 2);
  assert_null(error);
  bool one = false;
  for (size_t cut = 1; cut < packed_size; cut++) { /* never whole, never without a reason */
    uint32_t records = read_all(packed, packed_size - cut, &error);
    assert_true(records == UINT32_MAX || records <= 1);
    assert_non_null(error);
    one |= records == 1;
  }
  assert_true(one);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(records_keep_a_book),
      cmocka_unit_test(files_are_judged),
      cmocka_unit_test(compressed_files_are_judged),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
