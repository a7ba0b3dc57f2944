#include "tests/venue/impair_options.h"

#include <stddef.h>
#include <string.h>

#include "tests/venue/number.h"

#define SHARE_MAX       1000000u
#define SECOND_NS       1000000000u
#define LEAD_NS_MAX     86400000000000u /* a day */
#define ERROR_BYTES_MAX 96

enum sort { SHARE, FRAMES, TIME };

static const struct {
  const char *name;
  enum sort sort;
  bool both_only; /* means nothing for one line alone */
  size_t at;      /* its place in the configuration: uint64_t of a time, else uint32_t */
  uint64_t low, high;
  const char *help;
} rows[] = {
#define AT(member) offsetof(struct pl_impair_config, member)
    {"loss", SHARE, false, AT(loss_ppm), 0, SHARE_MAX, "lost, each frame for itself"},
    {"burst", SHARE, false, AT(burst_ppm), 0, SHARE_MAX, "a burst of loss begins here"},
    {"burst-frames", FRAMES, false, AT(burst_frames_max), 1, PL_IMPAIR_BURST_FRAMES_MAX,
     "and takes 1 to so many frames (20)"},
    {"both-burst", SHARE, true, AT(both_burst_ppm), 0, SHARE_MAX,
     "likewise, on both lines at once"},
    {"both-burst-frames", FRAMES, true, AT(both_burst_frames_max), 1, PL_IMPAIR_BURST_FRAMES_MAX,
     "its length (20)"},
    {"duplicate", SHARE, false, AT(duplicate_ppm), 0, SHARE_MAX, "comes again"},
    {"duplicate-frames", FRAMES, false, AT(duplicate_frames_max), 0, PL_IMPAIR_FRAMES_MAX,
     "behind up to so many later frames (4)"},
    {"reorder", SHARE, false, AT(reorder_ppm), 0, SHARE_MAX, "held back"},
    {"reorder-frames", FRAMES, false, AT(reorder_frames_max), 1, PL_IMPAIR_FRAMES_MAX,
     "behind 1 to so many later frames (8)"},
    {"corrupt", SHARE, false, AT(corrupt_ppm), 0, SHARE_MAX, "1 to 3 bits of the payload flip"},
    {"truncate", SHARE, false, AT(truncate_ppm), 0, SHARE_MAX, "cut short"},
    {"delay", TIME, false, AT(delay_ns), 0, PL_IMPAIR_DELAY_NS_MAX, "every frame comes later"},
    {"jitter", TIME, false, AT(jitter_ns), 0, PL_IMPAIR_JITTER_NS_MAX, "and by up to so much more"},
    {"lead", TIME, true, AT(lead_ns), 0, LEAD_NS_MAX, "only the two above act for so long"},
#undef AT
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static const char *complain(size_t row) {
  static char error[ERROR_BYTES_MAX];
  const char *name = rows[row].name;
  unsigned long long low = rows[row].low, high = rows[row].high;
  if (rows[row].sort == SHARE)
    (void)snprintf(error, sizeof error, "--%s is a share: 1%%, 0.05%%, 300ppm", name);
  else if (rows[row].sort == TIME)
    (void)snprintf(error, sizeof error, "--%s is a time up to %llu s: 50us, 1.5s", name,
                   high / SECOND_NS);
  else
    (void)snprintf(error, sizeof error, "--%s is %llu to %llu", name, low, high);
  return error;
}

static void put(struct pl_impair_config *config, size_t row, uint64_t value) {
  char *at = (char *)config + rows[row].at;
  uint32_t small = (uint32_t)value; /* the row's bounds make it fit */
  if (rows[row].sort == TIME)
    memcpy(at, &value, sizeof value);
  else
    memcpy(at, &small, sizeof small);
}

/* Which lines the rest of an option's name means; false when that is no such rest. */
static bool read_lines(const char *rest, bool both_only, bool *ret_lines) {
  bool is_a = strcmp(rest, "-a") == 0, is_b = strcmp(rest, "-b") == 0;
  if (*rest != '\0' && (both_only || (!is_a && !is_b))) return false;
  ret_lines[PL_LINE_A] = !is_b;
  ret_lines[PL_LINE_B] = !is_a;
  return true;
}

static bool take_row(size_t row, const bool *lines, const char *value,
                     struct pl_impair_config *config) {
  static const struct pl_number_unit *const units[] = {
      [SHARE] = pl_number_share, [FRAMES] = pl_number_whole, [TIME] = pl_number_time};
  uint64_t number;
  if (!pl_number_read(value, units[rows[row].sort], rows[row].low, rows[row].high, &number))
    return false;
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++)
    if (lines[line]) put(&config[line], row, number);
  return true;
}

static bool take_checksum(const bool *lines, const char *value, struct pl_impair_config *config) {
  bool is_zero = strcmp(value, "zero") == 0;
  if (!is_zero && strcmp(value, "left") != 0) return false;
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++)
    if (lines[line])
      config[line].checksum = is_zero ? PL_IMPAIR_CHECKSUM_ZERO : PL_IMPAIR_CHECKSUM_LEFT;
  return true;
}

bool pl_impair_options_take(const char *name, const char *value, struct pl_impair_config *config,
                            const char **ret_error) {
  static const char checksum[] = "--corrupt-checksum";
  bool lines[PL_IMPAIR_LINES];
  *ret_error = NULL;
  if (strncmp(name, checksum, sizeof checksum - 1) == 0 &&
      read_lines(name + sizeof checksum - 1, false, lines)) {
    if (!take_checksum(lines, value, config)) *ret_error = "--corrupt-checksum is left or zero";
    return true;
  }
  if (strncmp(name, "--", 2) != 0) return false;
  for (size_t row = 0; row < ROW_COUNT; row++) {
    size_t length = strlen(rows[row].name);
    if (strncmp(name + 2, rows[row].name, length) != 0 ||
        !read_lines(name + 2 + length, rows[row].both_only, lines))
      continue;
    if (!take_row(row, lines, value, config)) *ret_error = complain(row);
    return true;
  }
  return false;
}

void pl_impair_options_usage(FILE *out) {
  static const char *const values[] = {[SHARE] = "SHARE", [FRAMES] = "N", [TIME] = "TIME"};
  (void)fputs("\nImpairment, of the frames that each line carries; --loss-a or --loss-b and so on "
              "for one\nline alone. Shares: 1%, 0.05%, 300ppm; times: 50us, 2ms, 1.5s.\n\n",
              out);
  for (size_t row = 0; row < ROW_COUNT; row++) {
    char option[40];
    (void)snprintf(option, sizeof option, "--%s %s", rows[row].name, values[rows[row].sort]);
    (void)fprintf(out, "  %-24s%s\n", option, rows[row].help);
  }
  (void)fputs(
      "  --corrupt-checksum WHAT the UDP checksum of what was corrupted: left as it was, or "
      "zero\n                          (left)\n",
      out);
}
