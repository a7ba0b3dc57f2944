#include "control/daemon/policy_file.h"

#include "control/daemon/yaml.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#define HOUR_S      UINT64_C(3600)
#define SECOND_NS   UINT64_C(1000000000)
#define MINUTE_NS   (60 * SECOND_NS)
#define DAY_NS      (24 * HOUR_S * SECOND_NS)
#define SIZE_MAX_U6 UINT64_C(1000000000000000000) /* 1e12 quote units */

static const struct pl_yaml_choice modes[] = {{"static", PL_MODE_STATIC},
                                              {"monitor", PL_MODE_MONITOR},
                                              {"autonomous", PL_MODE_AUTONOMOUS},
                                              {NULL, 0}};

static const struct pl_yaml_choice kinds[] = {{"linear", PL_KIND_LINEAR},
                                              {"inverse", PL_KIND_INVERSE},
                                              {"option_linear", PL_KIND_OPTION_LINEAR},
                                              {"option_inverse", PL_KIND_OPTION_INVERSE},
                                              {"spot", PL_KIND_SPOT},
                                              {NULL, 0}};
#define KINDS (COUNT_OF(kinds) - 1)

#define ROW(key, member, unit, min, max)                                                           \
  PL_YAML_FIELD_NUMBER(key, struct pl_policy_row, member, false, unit, min, max)

static const struct pl_yaml_field row_fields[] = {
    PL_YAML_FIELD_CHOICE("kind", struct pl_policy_row, kind, false, kinds),
    ROW("static_im", static_im_ppm, ppm, 1, 1000000),
    ROW("static_mm", static_mm_ppm, ppm, 1, 1000000),
    ROW("static_clip", static_clip_u6, u6, 0, SIZE_MAX_U6),
    ROW("im_min", im_min_ppm, ppm, 1, 1000000),
    ROW("im_max", im_max_ppm, ppm, 1, 1000000),
    ROW("im_up", im_up_ppm_per_s, ppm_per_s, 1, 1000000),
    ROW("im_down", im_down_ppm_per_s, ppm_per_s, 0, 1000000),
    ROW("mm_share", mm_share_ppm, ppm, 1, 1000000),
    ROW("vol_half_life", vol_half_life_ns, ns, SECOND_NS, DAY_NS),
    ROW("vol_start", vol_start_ppm, ppm, 0, 100000000),
    ROW("vol_quantile", vol_quantile_e3, e3, 1, 20000),
    ROW("horizon", horizon_s, s, 1, 30 * 24 * HOUR_S),
    ROW("reference_size", reference_size_u6, u6, 1, SIZE_MAX_U6),
    ROW("unfilled_slippage", unfilled_ppm, ppm, 0, 1000000),
    ROW("clip_band", clip_band_bps, bps, 10, 500),
    ROW("clip_share", clip_share_ppm, ppm, 0, 1000000),
    ROW("clip_max", clip_max_u6, u6, 0, SIZE_MAX_U6),
    ROW("slice", slice_ms, ms, 0, HOUR_S * 1000),
};
#define ROW_FIELDS (COUNT_OF(row_fields))
#define FIELD_KIND 0 /* only an instrument says its kind */

struct top {
  uint32_t version, mode;
  uint32_t safety, row_default, kinds, instruments; /* nodes */
};

static const struct pl_yaml_field top_fields[] = {
    PL_YAML_FIELD_NUMBER("version", struct top, version, true, count, 1, UINT32_MAX),
    PL_YAML_FIELD_CHOICE("mode", struct top, mode, true, modes),
    PL_YAML_FIELD_OTHER("safety", MAP, struct top, safety, true),
    PL_YAML_FIELD_OTHER("default", MAP, struct top, row_default, true),
    PL_YAML_FIELD_OTHER("kinds", MAP, struct top, kinds, false),
    PL_YAML_FIELD_OTHER("instruments", MAP, struct top, instruments, false),
};

static const struct pl_yaml_field safety_fields[] = {
    PL_YAML_FIELD_NUMBER("silence", struct pl_policy, silence_ns, true, ns, SECOND_NS / 100,
                         10 * MINUTE_NS),
    PL_YAML_FIELD_NUMBER("gap_wait", struct pl_policy, gap_wait_ns, false, ns, 0, SECOND_NS),
    PL_YAML_FIELD_NUMBER("resend_wait", struct pl_policy, resend_wait_ns, false, ns, 0,
                         10 * SECOND_NS),
    PL_YAML_FIELD_NUMBER("rearm", struct pl_policy, rearm_ns, true, ns, 0, HOUR_S *SECOND_NS),
    PL_YAML_FIELD_NUMBER("valid", struct pl_policy, valid_ns, true, ns, SECOND_NS / 100, DAY_NS),
};

/* One policy being read. */
struct reading {
  struct pl_yaml *yaml;
  struct pl_policy policy;
  struct pl_policy_names names;
};

/* Enters a row that stands after what was inherited and read.
 *   key  node of the row's name, for the line of an error */
static enum pl_status add_row(struct reading *reading, uint32_t key,
                              const struct pl_policy_row *row, const char *name) {
  const char *why;
  struct pl_policy *policy = &reading->policy;
  if (!pl_policy_row_is_sound(row, &why))
    return pl_yaml_fail(reading->yaml, key, "%s: %s", name, why);
  if (policy->row_count == PL_POLICY_ROWS_MAX)
    return pl_yaml_fail(reading->yaml, key, "more than %d rows", PL_POLICY_ROWS_MAX);
  (void)snprintf(reading->names.names[policy->row_count], PL_NAME_BYTES_MAX, "%s", name);
  policy->rows[policy->row_count++] = *row;
  return PL_OK;
}

static enum pl_status read_default(struct reading *reading, uint32_t node) {
  struct pl_policy_row row = {0};
  uint64_t given;
  enum pl_status status = pl_yaml_fields(reading->yaml, node, row_fields, ROW_FIELDS, &row, &given);
  if (status != PL_OK) return status;
  if (given >> FIELD_KIND & 1)
    return pl_yaml_fail(reading->yaml, node, "default: 'kind' belongs to an instrument");
  for (uint32_t i = FIELD_KIND + 1; i < ROW_FIELDS; i++)
    if ((given >> i & 1) == 0)
      return pl_yaml_fail(reading->yaml, node, "default: '%s' is missing; the default says it all",
                          row_fields[i].key);
  return add_row(reading, node, &row, "default");
}

static enum pl_status read_kind(struct reading *reading, uint32_t key, uint32_t node) {
  const char *name = pl_yaml_text(reading->yaml, key);
  uint32_t at = 0;
  while (at < KINDS && strcmp(kinds[at].name, name) != 0) at++;
  if (at == KINDS) return pl_yaml_fail(reading->yaml, key, "no such kind: '%.40s'", name);
  struct pl_policy_row row = reading->policy.rows[0];
  uint64_t given;
  enum pl_status status = pl_yaml_fields(reading->yaml, node, row_fields, ROW_FIELDS, &row, &given);
  if (status != PL_OK) return status;
  if (given >> FIELD_KIND & 1)
    return pl_yaml_fail(reading->yaml, key, "%s: 'kind' belongs to an instrument", name);
  row.kind = (uint8_t)kinds[at].value;
  return add_row(reading, key, &row, name);
}

static enum pl_status read_instrument(struct reading *reading, uint32_t key, uint32_t node) {
  const char *name = pl_yaml_text(reading->yaml, key);
  size_t length = strlen(name);
  if (length == 0 || length >= PL_NAME_BYTES_MAX)
    return pl_yaml_fail(reading->yaml, key, "a name has 1 to %d characters", PL_NAME_BYTES_MAX - 1);
  struct pl_policy_row row = {0};
  /* once for the kind, whose row is then the base of the second reading */
  enum pl_status status = pl_yaml_fields(reading->yaml, node, row_fields, ROW_FIELDS, &row, NULL);
  if (status != PL_OK) return status;
  row = *pl_policy_match(&reading->policy, 0, (enum pl_kind)row.kind);
  status = pl_yaml_fields(reading->yaml, node, row_fields, ROW_FIELDS, &row, NULL);
  if (status != PL_OK) return status;
  row.name_hash = XXH3_64bits(name, length);
  return add_row(reading, key, &row, name);
}

static enum pl_status read_rows(struct reading *reading, uint32_t node,
                                enum pl_status (*read)(struct reading *, uint32_t, uint32_t)) {
  enum pl_status status = PL_OK;
  for (uint32_t i = 0; i < pl_yaml_count(reading->yaml, node) && status == PL_OK; i++) {
    uint32_t value, key = pl_yaml_pair(reading->yaml, node, i, &value);
    status = read(reading, key, value);
  }
  return status;
}

static enum pl_status read_all(struct reading *reading) {
  struct top top = {0};
  struct pl_yaml *yaml = reading->yaml;
  enum pl_status status =
      pl_yaml_fields(yaml, pl_yaml_root(yaml), top_fields, COUNT_OF(top_fields), &top, NULL);
  if (status != PL_OK) return status;
  reading->policy.version = top.version;
  reading->policy.mode = (uint8_t)top.mode;
  status = pl_yaml_fields(yaml, top.safety, safety_fields, COUNT_OF(safety_fields),
                          &reading->policy, NULL);
  if (status == PL_OK) status = read_default(reading, top.row_default);
  if (status == PL_OK) status = read_rows(reading, top.kinds, read_kind);
  if (status == PL_OK) status = read_rows(reading, top.instruments, read_instrument);
  if (status != PL_OK) return status;
  size_t size_bytes;
  const char *bytes = pl_yaml_bytes(yaml, &size_bytes);
  reading->policy.hash = XXH3_64bits(bytes, size_bytes);
  return PL_OK;
}

static enum pl_status finish(struct pl_yaml *yaml, struct pl_policy *ret_policy,
                             struct pl_policy_names *ret_names) {
  struct pl_policy usual;
  pl_policy_default(&usual);
  struct reading reading = {
      .yaml = yaml,
      .policy = {.gap_wait_ns = usual.gap_wait_ns, .resend_wait_ns = usual.resend_wait_ns}};
  enum pl_status status = read_all(&reading);
  pl_yaml_close(yaml);
  if (status != PL_OK) return status;
  *ret_policy = reading.policy;
  if (ret_names != NULL) *ret_names = reading.names;
  return PL_OK;
}

enum pl_status pl_policy_file_parse(const char *name, const char *text, size_t size_bytes,
                                    struct pl_policy *ret_policy, struct pl_policy_names *ret_names,
                                    char *ret_error, size_t error_bytes) {
  struct pl_yaml *yaml;
  enum pl_status status = pl_yaml_open_bytes(name, text, size_bytes, &yaml, ret_error, error_bytes);
  return status == PL_OK ? finish(yaml, ret_policy, ret_names) : status;
}

enum pl_status pl_policy_file_load_names(const char *path, struct pl_policy *ret_policy,
                                         struct pl_policy_names *ret_names, char *ret_error,
                                         size_t error_bytes) {
  struct pl_yaml *yaml;
  enum pl_status status = pl_yaml_open(path, &yaml, ret_error, error_bytes);
  return status == PL_OK ? finish(yaml, ret_policy, ret_names) : status;
}

enum pl_status pl_policy_file_load(const char *path, struct pl_policy *ret_policy, char *ret_error,
                                   size_t error_bytes) {
  return pl_policy_file_load_names(path, ret_policy, NULL, ret_error, error_bytes);
}
