#include "control/daemon/yaml.h"
#include "control/daemon/yaml_number.h"
#include "engine/base/check.h"

#include <stdio.h>
#include <string.h>

#define KEY_BYTES_MAX  64 /* longer keys get no hint */
#define HINT_EDITS_MAX 2

static void store(void *ret, const struct pl_yaml_field *field, uint64_t value) {
  unsigned char *at = (unsigned char *)ret + field->offset;
  PL_CHECK(field->size_bytes == 1 || field->size_bytes == 4 || field->size_bytes == 8);
  PL_CHECK(field->size_bytes == 8 || value >> (8 * field->size_bytes) == 0);
  uint8_t one = (uint8_t)value;
  uint32_t four = (uint32_t)value;
  if (field->size_bytes == 1) memcpy(at, &one, sizeof one);
  if (field->size_bytes == 4) memcpy(at, &four, sizeof four);
  if (field->size_bytes == 8) memcpy(at, &value, sizeof value);
}

/* Levenshtein distance of two short words, one row of the table at a time. */
static uint32_t edits(const char *a, const char *b) {
  uint32_t row[KEY_BYTES_MAX + 1], length = (uint32_t)strlen(b);
  for (uint32_t j = 0; j <= length; j++) row[j] = j;
  for (uint32_t i = 0; a[i] != '\0'; i++) {
    uint32_t diagonal = row[0];
    row[0] = i + 1;
    for (uint32_t j = 0; j < length; j++) {
      uint32_t best = diagonal + (a[i] != b[j]);
      if (row[j] + 1 < best) best = row[j] + 1;
      if (row[j + 1] + 1 < best) best = row[j + 1] + 1;
      diagonal = row[j + 1];
      row[j + 1] = best;
    }
  }
  return row[length];
}

static enum pl_status fail_unknown(struct pl_yaml *yaml, uint32_t key,
                                   const struct pl_yaml_field *fields, uint32_t count) {
  const char *text = pl_yaml_text(yaml, key), *nearest = NULL;
  uint32_t least = HINT_EDITS_MAX + 1;
  for (uint32_t i = 0; i < count && strlen(text) < KEY_BYTES_MAX; i++) {
    uint32_t distance = edits(text, fields[i].key);
    if (distance < least) least = distance, nearest = fields[i].key;
  }
  if (nearest != NULL)
    return pl_yaml_fail(yaml, key, "unknown key '%.60s': did you mean '%s'?", text, nearest);
  return pl_yaml_fail(yaml, key, "unknown key '%.60s'", text);
}

enum pl_status pl_yaml_number(struct pl_yaml *yaml, uint32_t node,
                              const struct pl_yaml_field *field, uint64_t *ret_value) {
  char why[PL_YAML_ERROR_BYTES / 2];
  const char *text = pl_yaml_text(yaml, node);
  if (text == NULL) return pl_yaml_fail(yaml, node, "%s: a number is wanted here", field->key);
  enum pl_status status = pl_yaml_number_parse(text, field, ret_value, why, sizeof why);
  return status == PL_OK ? PL_OK : pl_yaml_fail(yaml, node, "%s: %s", field->key, why);
}

static enum pl_status read_choice(struct pl_yaml *yaml, uint32_t node, const char *text,
                                  const struct pl_yaml_field *field, void *ret) {
  char names[128] = "";
  size_t used = 0;
  for (const struct pl_yaml_choice *choice = field->choices; choice->name != NULL; choice++) {
    if (strcmp(choice->name, text) == 0) {
      store(ret, field, choice->value);
      return PL_OK;
    }
    int wrote =
        snprintf(names + used, sizeof names - used, "%s%s", used == 0 ? "" : ", ", choice->name);
    if (wrote > 0 && (size_t)wrote < sizeof names - used) used += (size_t)wrote;
  }
  return pl_yaml_fail(yaml, node, "%s: '%.40s' is none of %s", field->key, text, names);
}

static enum pl_status read_text(struct pl_yaml *yaml, uint32_t node, const char *text,
                                const struct pl_yaml_field *field, void *ret) {
  size_t length = strlen(text);
  if (length + 1 > field->size_bytes)
    return pl_yaml_fail(yaml, node, "%s: longer than %u characters", field->key,
                        field->size_bytes - 1);
  memcpy((char *)ret + field->offset, text, length + 1);
  return PL_OK;
}

static enum pl_status read_field(struct pl_yaml *yaml, uint32_t node,
                                 const struct pl_yaml_field *field, void *ret) {
  const char *text = pl_yaml_text(yaml, node);
  if (field->type == PL_YAML_MAP || field->type == PL_YAML_LIST) {
    bool map = field->type == PL_YAML_MAP;
    if (text != NULL || pl_yaml_is_map(yaml, node) != map)
      return pl_yaml_fail(yaml, node, "%s: a %s is wanted here", field->key,
                          map ? "mapping" : "list");
    store(ret, field, node);
    return PL_OK;
  }
  if (text == NULL) return pl_yaml_fail(yaml, node, "%s: one value is wanted here", field->key);
  if (text[0] == '\0') return pl_yaml_fail(yaml, node, "%s: no value", field->key);
  if (field->type == PL_YAML_CHOICE) return read_choice(yaml, node, text, field, ret);
  if (field->type == PL_YAML_TEXT) return read_text(yaml, node, text, field, ret);
  if (field->type == PL_YAML_FLAG) {
    bool is_true = strcmp(text, "true") == 0;
    if (!is_true && strcmp(text, "false") != 0)
      return pl_yaml_fail(yaml, node, "%s: '%.40s' is neither true nor false", field->key, text);
    store(ret, field, is_true);
    return PL_OK;
  }
  uint64_t value;
  enum pl_status status = pl_yaml_number(yaml, node, field, &value);
  if (status == PL_OK) store(ret, field, value);
  return status;
}

enum pl_status pl_yaml_fields(struct pl_yaml *yaml, uint32_t node,
                              const struct pl_yaml_field *fields, uint32_t count, void *ret,
                              uint64_t *ret_given) {
  PL_CHECK(count <= PL_YAML_FIELDS_MAX);
  if (!pl_yaml_is_map(yaml, node)) return pl_yaml_fail(yaml, node, "a mapping is wanted here");
  uint64_t given = 0;
  for (uint32_t i = 0; i < pl_yaml_count(yaml, node); i++) {
    uint32_t value, at = 0, key = pl_yaml_pair(yaml, node, i, &value);
    while (at < count && strcmp(fields[at].key, pl_yaml_text(yaml, key)) != 0) at++;
    if (at == count) return fail_unknown(yaml, key, fields, count);
    enum pl_status status = read_field(yaml, value, &fields[at], ret);
    if (status != PL_OK) return status;
    given |= UINT64_C(1) << at;
  }
  for (uint32_t i = 0; i < count; i++)
    if (fields[i].required && (given >> i & 1) == 0)
      return pl_yaml_fail(yaml, node, "key '%s' is missing", fields[i].key);
  if (ret_given != NULL) *ret_given = given;
  return PL_OK;
}
