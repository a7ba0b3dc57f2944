#include "control/cli/screen.h"

#include "control/cli/columns.h"
#include "engine/base/fixed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CELL_BYTES      256
#define LAST_COLUMN_MIN 10 /* the reasons keep at least so much before another column goes */
#define BAR_COLUMNS_MAX 40

/* Indices into PL_BANDS_BPS: 25, 50, 100. */
enum { BAND_25 = 1, BAND_50 = 2, BAND_100 = 3 };

char *pl_screen_number(int64_t value, uint32_t scale, char *ret) {
  static const char suffixes[] = {' ', 'k', 'M', 'G', 'T', 'P'};
  uint64_t size = value < 0 ? UINT64_C(0) - (uint64_t)value : (uint64_t)value;
  uint64_t unit = scale;
  uint32_t step = 0;
  while (size / unit >= 1000 && step + 1 < sizeof suffixes) unit *= 1000, step++;
  uint64_t whole = size / unit, rest = size % unit;
  const char *sign = value < 0 ? "-" : "";
  const char suffix[2] = {step == 0 ? '\0' : suffixes[step], '\0'};
  if (whole >= 100 || unit == 1 || size == 0)
    (void)snprintf(ret, PL_SCREEN_NUMBER_BYTES, "%s%" PRIu64 "%s", sign, whole, suffix);
  else if (whole >= 10)
    (void)snprintf(ret, PL_SCREEN_NUMBER_BYTES, "%s%" PRIu64 ".%" PRIu64 "%s", sign, whole,
                   rest / (unit / 10), suffix);
  else
    (void)snprintf(ret, PL_SCREEN_NUMBER_BYTES, "%s%" PRIu64 ".%02" PRIu64 "%s", sign, whole,
                   rest / (unit / 100), suffix);
  return ret;
}

char *pl_screen_price(int64_t price_e9, char *ret) {
  uint64_t size = price_e9 < 0 ? UINT64_C(0) - (uint64_t)price_e9 : (uint64_t)price_e9;
  uint64_t whole = size / (uint64_t)PL_E9;
  int decimals = whole >= 1000 ? 2 : whole >= 10 ? 4 : 6;
  uint64_t cut = UINT64_C(1000000000);
  for (int i = 0; i < decimals; i++) cut /= 10;
  (void)snprintf(ret, PL_SCREEN_NUMBER_BYTES, "%s%" PRIu64 ".%0*" PRIu64, price_e9 < 0 ? "-" : "",
                 whole, decimals, size % (uint64_t)PL_E9 / cut);
  return ret;
}

/* A share as a percentage with so many decimals, 0 to 2. */
static void put_percent(uint64_t ppm, int decimals, char *ret) {
  uint64_t hundredths = ppm / 100;
  if (decimals == 1)
    (void)snprintf(ret, CELL_BYTES, "%" PRIu64 ".%" PRIu64, hundredths / 100, hundredths / 10 % 10);
  else
    (void)snprintf(ret, CELL_BYTES, "%" PRIu64 ".%02" PRIu64, hundredths / 100, hundredths % 100);
}

/* --- one cell of each column; an empty one where there is nothing to show --- */

static bool has_price(const struct pl_row *row) {
  return row->view.mid_e9 != 0;
}
static bool is_decided(const struct pl_row *row) {
  return row->decision.seq != 0;
}

static void cell_name(const struct pl_row *row, char *ret) {
  if (row->name[0] != '\0')
    (void)snprintf(ret, CELL_BYTES, "%.*s", PL_NAME_BYTES_MAX - 1, row->name);
  else
    (void)snprintf(ret, CELL_BYTES, "#%u", row->decision.instrument);
}

static void cell_mid(const struct pl_row *row, char *ret) {
  if (has_price(row)) (void)pl_screen_price(row->view.mid_e9, ret);
}

static void cell_spread(const struct pl_row *row, char *ret) {
  uint32_t ppm = row->view.spread_ppm; /* 1 bps = 100 ppm */
  if (!has_price(row)) return;
  if (ppm < 100000)
    (void)snprintf(ret, CELL_BYTES, "%u.%02u", ppm / 100, ppm % 100);
  else
    (void)snprintf(ret, CELL_BYTES, "%u.%u", ppm / 100, ppm / 10 % 10);
}

static void put_depth(const struct pl_row *row, uint32_t side, uint32_t band, char *ret) {
  if (has_price(row)) (void)pl_screen_number(row->view.depth_u6[side][band], 1000000, ret);
}

static void cell_bid_25(const struct pl_row *row, char *ret) {
  put_depth(row, PL_BID, BAND_25, ret);
}
static void cell_bid_50(const struct pl_row *row, char *ret) {
  put_depth(row, PL_BID, BAND_50, ret);
}
static void cell_bid_100(const struct pl_row *row, char *ret) {
  put_depth(row, PL_BID, BAND_100, ret);
}
static void cell_ask_25(const struct pl_row *row, char *ret) {
  put_depth(row, PL_ASK, BAND_25, ret);
}
static void cell_ask_50(const struct pl_row *row, char *ret) {
  put_depth(row, PL_ASK, BAND_50, ret);
}
static void cell_ask_100(const struct pl_row *row, char *ret) {
  put_depth(row, PL_ASK, BAND_100, ret);
}

static void cell_volatility(const struct pl_row *row, char *ret) {
  if (row->view.vol_ppm != 0) put_percent(row->view.vol_ppm, 1, ret);
}

static void cell_im(const struct pl_row *row, char *ret) {
  if (is_decided(row)) put_percent(row->decision.im_ppm, 2, ret);
}

static void cell_mm(const struct pl_row *row, char *ret) {
  if (is_decided(row)) put_percent(row->decision.mm_ppm, 2, ret);
}

static void cell_clip(const struct pl_row *row, char *ret) {
  if (is_decided(row)) (void)pl_screen_number(row->decision.clip_max_u6, 1000000, ret);
}

static void cell_state(const struct pl_row *row, char *ret) {
  (void)snprintf(ret, CELL_BYTES, "%s", pl_view_state_name(row->view.state));
}

static void cell_reason(const struct pl_row *row, char *ret) {
  size_t used = 0;
  for (uint32_t bit = 0; bit < PL_REASON_COUNT; bit++) {
    if ((row->decision.reason_mask >> bit & 1) == 0) continue;
    int wrote = snprintf(ret + used, CELL_BYTES - used, "%s%s", used == 0 ? "" : " ",
                         pl_decision_reason(bit));
    if (wrote < 0 || (size_t)wrote >= CELL_BYTES - used) break;
    used += (size_t)wrote;
  }
}

struct column {
  const char *title;
  uint32_t width;
  uint32_t rank; /* the highest rank goes first when the terminal is narrow; 0 always stays */
  bool left;
  void (*cell)(const struct pl_row *row, char *ret);
};

static const struct column table[] = {
    {"instrument", 22, 0, true, cell_name},
    {"mid", 10, 2, false, cell_mid},
    {"spread", 7, 3, false, cell_spread},
    {"bid25", 6, 7, false, cell_bid_25},
    {"bid50", 6, 5, false, cell_bid_50},
    {"bid100", 6, 6, false, cell_bid_100},
    {"ask25", 6, 7, false, cell_ask_25},
    {"ask50", 6, 5, false, cell_ask_50},
    {"ask100", 6, 6, false, cell_ask_100},
    {"vol%", 6, 4, false, cell_volatility},
    {"im%", 6, 0, false, cell_im},
    {"mm%", 6, 1, false, cell_mm},
    {"clip", 6, 1, false, cell_clip},
    {"state", 6, 0, true, cell_state},
    {"reason", LAST_COLUMN_MIN, 3, true, cell_reason},
};
#define COLUMNS (sizeof table / sizeof *table)

static uint32_t width_at(uint32_t rank_max) {
  uint32_t width = 0;
  for (uint32_t i = 0; i < COLUMNS; i++)
    if (table[i].rank <= rank_max) width += table[i].width + 1;
  return width - 1;
}

static void put_cell(struct pl_columns_line *line, uint32_t column, const char *text, bool last) {
  pl_columns_put(line, last ? 0 : table[column].width, table[column].left, text);
}

static const char *state_colour(const struct pl_row *row) {
  switch (row->view.state) {
  case PL_VIEW_LIVE: return PL_COLUMNS_GREEN;
  case PL_VIEW_STALE: return PL_COLUMNS_RED;
  case PL_VIEW_STATIC: return PL_COLUMNS_YELLOW;
  default: return PL_COLUMNS_DIM;
  }
}

void pl_screen_rows(FILE *out, const struct pl_row *rows, uint32_t count, uint32_t columns,
                    bool colour) {
  uint32_t rank_max = 7, last = 0;
  while (columns != 0 && rank_max > 0 && width_at(rank_max) > columns) rank_max--;
  for (uint32_t i = 0; i < COLUMNS; i++)
    if (table[i].rank <= rank_max) last = i;
  struct pl_columns_line line = {.used = 0};
  for (uint32_t i = 0; i < COLUMNS; i++)
    if (table[i].rank <= rank_max) put_cell(&line, i, table[i].title, i == last);
  pl_columns_end(out, &line, columns, colour ? PL_COLUMNS_BOLD : PL_COLUMNS_PLAIN);
  for (uint32_t row = 0; row < count; row++) {
    for (uint32_t i = 0; i < COLUMNS; i++) {
      char text[CELL_BYTES] = "";
      if (table[i].rank > rank_max) continue;
      table[i].cell(&rows[row], text);
      put_cell(&line, i, text[0] != '\0' ? text : "-", i == last);
    }
    pl_columns_end(out, &line, columns, colour ? state_colour(&rows[row]) : PL_COLUMNS_PLAIN);
  }
}

void pl_screen_progress(FILE *out, uint64_t done, uint64_t total, const char *what,
                        uint32_t columns) {
  char done_text[PL_SCREEN_NUMBER_BYTES], total_text[PL_SCREEN_NUMBER_BYTES];
  if (total != 0 && done > total) done = total;
  (void)pl_screen_number(done > INT64_MAX ? INT64_MAX : (int64_t)done, 1, done_text);
  if (total == 0) {
    (void)fprintf(out, "%s %s", done_text, what);
    return;
  }
  (void)pl_screen_number(total > INT64_MAX ? INT64_MAX : (int64_t)total, 1, total_text);
  uint32_t percent = (uint32_t)((pl_u128)done * 100 / total);
  uint32_t rest = 24 + (uint32_t)strlen(what), width = BAR_COLUMNS_MAX;
  if (columns != 0 && columns < rest + width) width = columns > rest ? columns - rest : 0;
  uint32_t filled = (uint32_t)((pl_u128)done * width / total);
  char bar[BAR_COLUMNS_MAX + 1];
  memset(bar, '.', sizeof bar);
  memset(bar, '#', filled);
  if (width > 0) (void)fprintf(out, "[%.*s] ", (int)width, bar);
  (void)fprintf(out, "%3u %%  %s of %s %s", percent, done_text, total_text, what);
}

bool pl_screen_colour(FILE *out) {
  const char *refused = getenv("NO_COLOR");
  return (refused == NULL || refused[0] == '\0') && isatty(fileno(out)) == 1;
}

uint32_t pl_screen_columns(FILE *out) {
  struct winsize size;
  if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}
