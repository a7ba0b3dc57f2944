/* What is published, as JSON. Whole numbers with the unit in their key, never floating point;
 * hashes as 16 hex digits. Each call returns a new reference, the caller's; NULL for want of
 * memory. */
#ifndef CONTROL_PUBLISH_JSON_H
#define CONTROL_PUBLISH_JSON_H

#include "control/publish/row.h"

#include <jansson.h>

/* Version of every JSON object the appliance prints; +1 when a key changes its meaning. */
#define PL_JSON_VERSION 2

enum pl_json_flag { PL_JSON_VIEW = 1 << 0 /* add the view the decision was seen in */ };

/* pl_json_u64 is a number of any unsigned 64-bit value: beyond int64, which JSON numbers of this
 * library cannot hold, the largest int64. */
json_t *pl_json_u64(uint64_t value);

struct pl_json_number {
  const char *key;
  uint64_t value;
};

/* pl_json_add sets numbers of an object.
 *   numbers  [count] */
void pl_json_add(json_t *object, const struct pl_json_number *numbers, size_t count);

/* pl_json_hash is a hash as 16 hex digits. */
json_t *pl_json_hash(uint64_t hash);

/* pl_json_decision is one decision.
 *   name  its instrument's; "" until it is defined */
json_t *pl_json_decision(const struct pl_decision *decision, const char *name);

/* pl_json_row is a row of the decision table.
 *   flags  PL_JSON_* */
json_t *pl_json_row(const struct pl_row *row, uint32_t flags);

/* pl_json_view is the view alone. */
json_t *pl_json_view(const struct pl_view *view);

/* pl_json_kind names an enum pl_kind as JSON and policy files spell it; "?" outside the range. */
const char *pl_json_kind(uint32_t kind);

#endif
