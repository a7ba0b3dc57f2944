/* Change ids, doubt and proof against a model over every short script. The book has one bid whose
 * quantity says which update or snapshot came last. */
#include "tests/unit/engine/book/books.h"

#define PRICE 100
#define DEPTH 5u

struct model {
  uint64_t id, breaks, old, no_book, snapshots, partial, checks, matches;
  int64_t qty;
  uint8_t state;
  bool doubt;
  bool chained;   /* the id came with an update */
  uint32_t older; /* snapshots in a row that were, with nothing that followed in between */
  uint32_t logged, doubted; /* updates in the log; those of them before the doubt */
  uint64_t log[DEPTH][2];   /* before, id */
  uint64_t logged_next;     /* behind the last that a log held which is gone */
};

enum act { UPDATE, DOUBT, SNAPSHOT, PARTIAL, CLEAR };

struct step {
  enum act act;
  uint64_t before, id;
};

static const struct step alphabet[] = {
    {UPDATE, 1, 2},   {UPDATE, 2, 3},  {UPDATE, 1, 3},   {UPDATE, 3, 4},
    {UPDATE, 9, 0},   {DOUBT, 0, 0},   {SNAPSHOT, 0, 1}, {SNAPSHOT, 0, 2},
    {SNAPSHOT, 0, 3}, {PARTIAL, 0, 3}, {CLEAR, 0, 0},
};
#define LETTERS (sizeof alphabet / sizeof alphabet[0])

static int64_t qty_of(uint64_t id) {
  return id != 0 ? (int64_t)id : 9;
}

static void model_update(struct model *model, uint64_t before, uint64_t id) {
  if (id != 0 && id < model->id && !model->chained) {
    model->old++;
    return;
  }
  if (id != 0 && id != model->id) {
    if (id < model->id || before != model->id) {
      model->breaks++;
      model->state = PL_BOOK_BROKEN;
      return;
    }
    model->id = id;
    model->chained = true;
    model->doubt = false;
    model->older = 0;
  }
  model->qty = qty_of(id);
}

/* One without an id cannot be told from what a snapshot contains: it is not kept for one. */
static void model_take(struct model *model, uint64_t before, uint64_t id) {
  if (model->state == PL_BOOK_EMPTY) model->no_book++;
  if (model->state == PL_BOOK_KEPT) model_update(model, before, id);
  if (model->state == PL_BOOK_KEPT || id == 0) return;
  model->log[model->logged][0] = before;
  model->log[model->logged++][1] = id;
}

static void model_join(struct model *model) {
  uint64_t snapshot_id = model->id;
  for (uint32_t i = 0; i < model->logged && model->state == PL_BOOK_KEPT; i++) {
    bool doubt = model->doubt && i < model->doubted;
    if (model->log[i][1] <= snapshot_id) continue;
    model_update(model, model->log[i][0], model->log[i][1]);
    model->doubt |= doubt;
  }
  if (model->state != PL_BOOK_KEPT || model->logged == 0) return;
  model->logged_next = model->log[model->logged - 1][1] + 1;
  model->logged = model->doubted = 0;
}

static void model_snapshot(struct model *model, uint64_t id) {
  bool kept = model->state == PL_BOOK_KEPT;
  bool older = (kept && id < model->id) || id + 1 < model->logged_next;
  model->snapshots++;
  if (older && ++model->older < PL_BOOK_OLDER_SNAPSHOTS_MAX) return;
  if (kept && id == model->id) {
    model->checks++;
    model->matches += model->qty == qty_of(id);
  }
  model->state = PL_BOOK_KEPT;
  model->id = id;
  model->qty = qty_of(id);
  model->doubt = model->chained = false;
  model->older = 0;
  model_join(model);
}

static void model_step(struct model *model, const struct step *step) {
  switch (step->act) {
  case UPDATE: model_take(model, step->before, step->id); break;
  case SNAPSHOT: model_snapshot(model, step->id); break;
  case PARTIAL: model->partial++; break;
  case CLEAR:
    model->state = PL_BOOK_EMPTY;
    model->doubt = true;
    model->logged = model->doubted = model->older = 0;
    model->logged_next = 0;
    break;
  default:
    model->doubt = true;
    model->doubted = model->logged;
    break;
  }
}

static void book_step(struct books *books, const struct step *step) {
  const struct level level = {PL_BID, PRICE, qty_of(step->id)};
  switch (step->act) {
  case UPDATE:
    books_apply(books, 0, event_level(step->before, step->id, PL_BID, PRICE, qty_of(step->id)));
    break;
  case SNAPSHOT: books_snapshot(books, 0, step->id, &level, 1); break;
  case PARTIAL:
    books_apply(books, 0, event_snapshot_begin(step->id, false));
    books_apply(books, 0, event_snapshot_level(PL_BID, PRICE, 77));
    books_apply(books, 0, event_snapshot_end(step->id));
    break;
  case CLEAR: books_apply(books, 0, (struct pl_event){.type = PL_EV_BOOK_CLEAR}); break;
  default: pl_book_doubt(books->store, &books->book[0]); break;
  }
}

static bool agree(const struct books *books, const struct model *model,
                  const struct pl_book_counters *before) {
  const struct pl_book *book = &books->book[0];
  const struct pl_book_counters *now = pl_book_counters(books->store);
  bool empty = model->state == PL_BOOK_EMPTY;
  return book->state == model->state &&
         pl_book_is_proven(book) == (model->state == PL_BOOK_KEPT && !model->doubt) &&
         (empty || book->change_id == model->id) &&
         (empty ? book->sides[PL_BID].count == 0
                : pl_book_best_qty_e8(book, PL_BID) == model->qty) &&
         now->chain_breaks - before->chain_breaks == model->breaks &&
         now->updates_old - before->updates_old == model->old &&
         now->updates_no_book - before->updates_no_book == model->no_book &&
         now->snapshots - before->snapshots == model->snapshots &&
         now->snapshots_partial - before->snapshots_partial == model->partial &&
         now->snapshot_checks - before->snapshot_checks == model->checks &&
         now->snapshot_matches - before->snapshot_matches == model->matches;
}

static void every_short_script_follows_the_model(void **state) {
  (void)state;
  static struct books books;
  books_open(&books);
  uint32_t scripts = 1;
  for (uint32_t i = 0; i < DEPTH; i++) scripts *= LETTERS;
  for (uint32_t script = 0; script < scripts; script++) {
    struct model model = {0};
    struct pl_book *book = &books.book[0];
    struct pl_book_counters before = *pl_book_counters(books.store);
    books_apply(&books, 0, (struct pl_event){.type = PL_EV_BOOK_CLEAR});
    book->in_doubt = false;
    uint32_t rest = script;
    for (uint32_t i = 0; i < DEPTH; i++, rest /= LETTERS) {
      model_step(&model, &alphabet[rest % LETTERS]);
      book_step(&books, &alphabet[rest % LETTERS]);
      if (!agree(&books, &model, &before)) fail_msg("script %u, step %u", script, i);
    }
  }
  pl_arena_close(&books.arena);
}

/* All levels of a message carry its ids; it is one update, not many. */
static void message_of_many_levels_is_one_update(void **state) {
  (void)state;
  static struct books books;
  books_open(&books);
  books_snapshot(&books, 0, 5, (const struct level[]){{PL_BID, 100, 1}}, 1);
  struct pl_event first = event_level(5, 6, PL_BID, 99, 2),
                  second = event_level(5, 6, PL_BID, 98, 3);
  first.flags = 0;
  assert_true(books_apply(&books, 0, first));
  assert_true(books_apply(&books, 0, second));
  books_expect(&books, 0,
               (const struct level[]){{PL_BID, 100, 1}, {PL_BID, 99, 2}, {PL_BID, 98, 3}}, 3);
  books_snapshot(&books, 0, 7, NULL, 0);
  first.order_id = second.order_id = 4; /* and an old one is counted once */
  assert_false(books_apply(&books, 0, first));
  assert_false(books_apply(&books, 0, second));
  const struct pl_book_counters *counters = pl_book_counters(books.store);
  assert_int_equal(counters->updates, 2);
  assert_int_equal(counters->updates_old, 1);
  assert_int_equal(counters->levels_set, 2);
  pl_arena_close(&books.arena);
}

static void update_without_levels_moves_the_chain(void **state) {
  (void)state;
  static struct books books;
  books_open(&books);
  books_snapshot(&books, 0, 5, (const struct level[]){{PL_BID, 100, 1}}, 1);
  pl_book_doubt(books.store, &books.book[0]);
  assert_false(books_apply(&books, 0, event_level(5, 6, PL_SIDE_NONE, 0, 0)));
  assert_true(pl_book_is_proven(&books.book[0]));
  assert_true(books_apply(&books, 0, event_level(6, 7, PL_BID, 100, 2)));
  assert_int_equal(pl_book_counters(books.store)->chain_breaks, 0);
  pl_arena_close(&books.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_short_script_follows_the_model),
      cmocka_unit_test(message_of_many_levels_is_one_update),
      cmocka_unit_test(update_without_levels_moves_the_chain),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
