/* Schema-checked reading of YAML: every mapping has a table of fields, and whatever the table does
 * not allow is one line `FILE:LINE: message`. Values carry their units in the text as people write
 * them (`250 ms`, `10 %`, `25 bps`, `250k USD`) and are taken exactly, in integers. Anchors,
 * aliases, tags and further documents are refused; depth and size are bounded. One thread. */
#ifndef CONTROL_DAEMON_YAML_H
#define CONTROL_DAEMON_YAML_H

#include "engine/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_YAML_BYTES_MAX   (256 * 1024)
#define PL_YAML_DEPTH_MAX   8
#define PL_YAML_NODES_MAX   16384
#define PL_YAML_FIELDS_MAX  64
#define PL_YAML_ERROR_BYTES 512

enum pl_yaml_type {
  PL_YAML_NUMBER, /* a decimal number and its unit, into an unsigned integer of 1, 4 or 8 bytes */
  PL_YAML_CHOICE, /* one of a list of words, into the same */
  PL_YAML_FLAG,   /* true or false, into a bool */
  PL_YAML_TEXT,   /* printable text, into a char array */
  PL_YAML_MAP,    /* a mapping, its node into a uint32_t; 0 where it is left out */
  PL_YAML_LIST,   /* a list, the same */
};

/* What one unit is worth in the unit of the member. A list ends with a NULL name; the name "" is a
 * number without unit. */
struct pl_yaml_unit {
  const char *name;
  uint64_t factor;
};

struct pl_yaml_choice {
  const char *name; /* NULL ends a list */
  uint32_t value;
};

struct pl_yaml_field {
  const char *key;
  enum pl_yaml_type type;
  uint32_t offset, size_bytes; /* of the member; PL_YAML_TEXT: with the terminating zero */
  bool required;
  const struct pl_yaml_unit *units;     /* PL_YAML_NUMBER */
  uint64_t min, max;                    /* PL_YAML_NUMBER, in the member's unit */
  const struct pl_yaml_choice *choices; /* PL_YAML_CHOICE */
};

/* Rows of a field table: the key, the struct, its member, whether it must be there. */
#define PL_YAML_FIELD(key_, kind_, struct_, member_, required_)                                    \
  .key = key_, .type = PL_YAML_##kind_, .offset = offsetof(struct_, member_),                      \
  .size_bytes = sizeof(((struct_ *)0)->member_), .required = required_
#define PL_YAML_FIELD_NUMBER(key_, struct_, member_, required_, units_, min_, max_)                \
  {                                                                                                \
    PL_YAML_FIELD(key_, NUMBER, struct_, member_, required_), .units = pl_yaml_units_##units_,     \
                                                              .min = min_, .max = max_             \
  }
#define PL_YAML_FIELD_CHOICE(key_, struct_, member_, required_, choices_)                          \
  { PL_YAML_FIELD(key_, CHOICE, struct_, member_, required_), .choices = choices_ }
#define PL_YAML_FIELD_OTHER(key_, kind_, struct_, member_, required_)                              \
  { PL_YAML_FIELD(key_, kind_, struct_, member_, required_) }

extern const struct pl_yaml_unit pl_yaml_units_count[]; /* no unit, whole */
extern const struct pl_yaml_unit pl_yaml_units_e3[];    /* no unit, in thousandths */
extern const struct pl_yaml_unit pl_yaml_units_ns[];
extern const struct pl_yaml_unit pl_yaml_units_ms[];
extern const struct pl_yaml_unit pl_yaml_units_s[];
extern const struct pl_yaml_unit pl_yaml_units_ppm[];
extern const struct pl_yaml_unit pl_yaml_units_ppm_per_s[];
extern const struct pl_yaml_unit pl_yaml_units_bps[];
extern const struct pl_yaml_unit pl_yaml_units_mb[];
extern const struct pl_yaml_unit pl_yaml_units_u6[]; /* quote units, in millionths */

struct pl_yaml;

/* pl_yaml_open reads a file and checks its form.
 *   ret_yaml   closed by the caller with pl_yaml_close; untouched on failure
 *   ret_error  [error_bytes] one line, on this and every later failure; must outlive the document
 * Returns PL_OK, PL_E_NO_FILE or PL_E_CONFIG; PL_E_MEMORY. */
PL_MUST_USE enum pl_status pl_yaml_open(const char *path, struct pl_yaml **ret_yaml,
                                        char *ret_error, size_t error_bytes);

/* pl_yaml_open_bytes does the same with text in memory.
 *   name   what stands for the file in messages
 *   bytes  [size_bytes], copied */
PL_MUST_USE enum pl_status pl_yaml_open_bytes(const char *name, const char *bytes,
                                              size_t size_bytes, struct pl_yaml **ret_yaml,
                                              char *ret_error, size_t error_bytes);

/* pl_yaml_close frees the document. NULL is nothing to close. */
void pl_yaml_close(struct pl_yaml *yaml);

/* pl_yaml_bytes returns the text as it was read, the document's: for hashing. */
const char *pl_yaml_bytes(const struct pl_yaml *yaml, size_t *ret_size_bytes);

/* pl_yaml_root returns the node of the outermost mapping. Nodes count from 1. */
uint32_t pl_yaml_root(const struct pl_yaml *yaml);

/* pl_yaml_fields reads a mapping by a table.
 *   fields     [count], count <= PL_YAML_FIELDS_MAX
 *   ret        the struct the table's offsets are of; members left out in the file keep their value
 *   ret_given  bit i: fields[i] was there; may be NULL
 * Returns PL_OK, or PL_E_CONFIG for an unknown or missing key, a wrong type or unit, a value out of
 * range; ret may then be half written. */
PL_MUST_USE enum pl_status pl_yaml_fields(struct pl_yaml *yaml, uint32_t node,
                                          const struct pl_yaml_field *fields, uint32_t count,
                                          void *ret, uint64_t *ret_given);

/* pl_yaml_count returns how many items a list or pairs a mapping has; 0 for node 0. */
uint32_t pl_yaml_count(const struct pl_yaml *yaml, uint32_t node);

/* pl_yaml_item returns the node of a list's item. */
uint32_t pl_yaml_item(const struct pl_yaml *yaml, uint32_t node, uint32_t index);

/* pl_yaml_pair returns the node of a pair's key in a mapping whose keys are free.
 *   ret_value  the node of its value */
uint32_t pl_yaml_pair(const struct pl_yaml *yaml, uint32_t node, uint32_t index,
                      uint32_t *ret_value);

/* pl_yaml_text returns a scalar's text, the document's; NULL when the node is no scalar. */
const char *pl_yaml_text(const struct pl_yaml *yaml, uint32_t node);

/* pl_yaml_is_map tells whether the node is a mapping. */
bool pl_yaml_is_map(const struct pl_yaml *yaml, uint32_t node);

/* pl_yaml_number reads a scalar as a field of type PL_YAML_NUMBER would be. */
PL_MUST_USE enum pl_status pl_yaml_number(struct pl_yaml *yaml, uint32_t node,
                                          const struct pl_yaml_field *field, uint64_t *ret_value);

/* pl_yaml_fail writes `FILE:LINE: message` with the node's line and returns PL_E_CONFIG. */
enum pl_status pl_yaml_fail(struct pl_yaml *yaml, uint32_t node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
