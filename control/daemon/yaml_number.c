#include "control/daemon/yaml_number.h"

#include "engine/base/fixed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MAX 18 /* so that the mantissa fits 64 bits */
#define NAMES_MAX  160

const struct pl_yaml_unit pl_yaml_units_count[] = {{"", 1}, {NULL, 0}};
const struct pl_yaml_unit pl_yaml_units_e3[] = {{"", 1000}, {NULL, 0}};
const struct pl_yaml_unit pl_yaml_units_ns[] = {{"ns", 1},
                                                {"us", 1000},
                                                {"ms", 1000000},
                                                {"s", UINT64_C(1000000000)},
                                                {"min", UINT64_C(60000000000)},
                                                {"h", UINT64_C(3600000000000)},
                                                {NULL, 0}};
const struct pl_yaml_unit pl_yaml_units_ms[] = {{"ms", 1}, {"s", 1000}, {"min", 60000}, {NULL, 0}};
const struct pl_yaml_unit pl_yaml_units_s[] = {
    {"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}, {NULL, 0}};
const struct pl_yaml_unit pl_yaml_units_ppm[] = {{"ppm", 1}, {"bps", 100}, {"%", 10000}, {NULL, 0}};
const struct pl_yaml_unit pl_yaml_units_ppm_per_s[] = {
    {"ppm/s", 1}, {"bps/s", 100}, {"%/s", 10000}, {NULL, 0}};
const struct pl_yaml_unit pl_yaml_units_bps[] = {{"bps", 1}, {"%", 100}, {NULL, 0}};
const struct pl_yaml_unit pl_yaml_units_mb[] = {{"MB", 1}, {"GB", 1024}, {NULL, 0}};
const struct pl_yaml_unit pl_yaml_units_u6[] = {{"", 1000000},
                                                {"USD", 1000000},
                                                {"k", UINT64_C(1000000000)},
                                                {"k USD", UINT64_C(1000000000)},
                                                {"M", UINT64_C(1000000000000)},
                                                {"M USD", UINT64_C(1000000000000)},
                                                {NULL, 0}};

/* A decimal number as written: digits * 10^-decimals. */
struct decimal {
  uint64_t digits;
  uint32_t decimals;
};

/* Reads the digits; returns where they end, NULL when there is no number or too long a one. */
static const char *read_decimal(const char *text, struct decimal *ret_decimal) {
  struct decimal number = {0};
  uint32_t whole = 0, significant = 0;
  bool fraction = false;
  const char *at = text;
  for (; *at != '\0'; at++) {
    if (*at == '.' && !fraction && whole > 0) {
      fraction = true;
    } else if (*at >= '0' && *at <= '9') {
      if (significant > 0 || *at != '0') significant++;
      if (significant > DIGITS_MAX || number.decimals >= DIGITS_MAX) return NULL;
      number.digits = number.digits * 10 + (uint64_t)(*at - '0');
      if (fraction)
        number.decimals++;
      else
        whole++;
    } else if (*at != '_' || whole == 0 || fraction) {
      break;
    }
  }
  if (whole == 0 || (fraction && number.decimals == 0)) return NULL;
  *ret_decimal = number;
  return at;
}

/* A list of a field's units for a message. */
static const char *unit_names(const struct pl_yaml_unit *units, char *ret_names) {
  size_t used = 0;
  ret_names[0] = '\0';
  for (uint32_t i = 0; units[i].name != NULL; i++) {
    if (units[i].name[0] == '\0') continue;
    int wrote =
        snprintf(ret_names + used, NAMES_MAX - used, "%s%s", used == 0 ? "" : ", ", units[i].name);
    if (wrote < 0 || (size_t)wrote >= NAMES_MAX - used) break;
    used += (size_t)wrote;
  }
  return ret_names;
}

/* A value in the largest unit that divides it, for a message; with decimals where none does, as
 * every list's smallest unit is then a power of ten. */
static void put_value(const struct pl_yaml_unit *units, uint64_t value, char *ret, size_t bytes) {
  const struct pl_yaml_unit *best = &units[0];
  for (const struct pl_yaml_unit *unit = units; unit->name != NULL && value != 0; unit++)
    if (value % unit->factor == 0 && unit->factor > best->factor) best = unit;
  const char *space = best->name[0] == '\0' ? "" : " ";
  uint64_t whole = value / best->factor, rest = value % best->factor;
  if (rest == 0) {
    (void)snprintf(ret, bytes, "%" PRIu64 "%s%s", whole, space, best->name);
    return;
  }
  int places = 0;
  for (uint64_t factor = best->factor; factor > 1; factor /= 10) places++;
  for (; rest % 10 == 0; rest /= 10) places--;
  (void)snprintf(ret, bytes, "%" PRIu64 ".%0*" PRIu64 "%s%s", whole, places, rest, space,
                 best->name);
}

static const struct pl_yaml_unit *find_unit(const struct pl_yaml_unit *units, const char *text) {
  for (uint32_t i = 0; units[i].name != NULL; i++)
    if (strcmp(units[i].name, text) == 0) return &units[i];
  return NULL;
}

static enum pl_status check_range(uint64_t value, const char *text,
                                  const struct pl_yaml_field *field, char *ret_error,
                                  size_t error_bytes) {
  char low[48], high[48];
  if (value >= field->min && value <= field->max) return PL_OK;
  put_value(field->units, field->min, low, sizeof low);
  put_value(field->units, field->max, high, sizeof high);
  (void)snprintf(ret_error, error_bytes, "%.40s is out of range: %s to %s", text, low, high);
  return PL_E_CONFIG;
}

enum pl_status pl_yaml_number_parse(const char *text, const struct pl_yaml_field *field,
                                    uint64_t *ret_value, char *ret_error, size_t error_bytes) {
  char names[NAMES_MAX];
  struct decimal number;
  const char *rest = read_decimal(text, &number);
  if (rest == NULL) {
    (void)snprintf(ret_error, error_bytes, "'%.40s' is no number of at most %d digits", text,
                   DIGITS_MAX);
    return PL_E_CONFIG;
  }
  while (*rest == ' ') rest++;
  const struct pl_yaml_unit *unit = find_unit(field->units, rest);
  if (unit == NULL) {
    const char *known = unit_names(field->units, names);
    if (known[0] == '\0')
      (void)snprintf(ret_error, error_bytes, "'%.40s' takes no unit", text);
    else if (*rest == '\0')
      (void)snprintf(ret_error, error_bytes, "'%.40s' needs a unit: %s", text, known);
    else
      (void)snprintf(ret_error, error_bytes, "unknown unit '%.20s': %s", rest, known);
    return PL_E_CONFIG;
  }
  pl_u128 scale = 1, value = (pl_u128)number.digits * unit->factor;
  for (uint32_t i = 0; i < number.decimals; i++) scale *= 10;
  if (value % scale != 0) {
    (void)snprintf(ret_error, error_bytes, "'%.40s' has more digits than can be kept", text);
    return PL_E_CONFIG;
  }
  value /= scale;
  uint64_t cut = value > UINT64_MAX ? UINT64_MAX : (uint64_t)value;
  enum pl_status status = check_range(cut, text, field, ret_error, error_bytes);
  if (status == PL_OK) *ret_value = cut;
  return status;
}
