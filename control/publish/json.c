#include "control/publish/json.h"

#include <inttypes.h>
#include <string.h>

static const char *const kind_names[PL_KIND_COUNT] = {
    "unknown", "linear", "inverse", "option_linear", "option_inverse", "spot", "combo"};

const char *pl_json_kind(uint32_t kind) {
  return kind < PL_KIND_COUNT ? kind_names[kind] : "?";
}

json_t *pl_json_u64(uint64_t value) {
  return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

void pl_json_add(json_t *object, const struct pl_json_number *numbers, size_t count) {
  for (size_t i = 0; i < count; i++)
    (void)json_object_set_new(object, numbers[i].key, pl_json_u64(numbers[i].value));
}

json_t *pl_json_hash(uint64_t hash) {
  return json_sprintf("%016" PRIx64, hash);
}

static json_t *name_text(const char *name) {
  json_t *text = json_stringn(name, strnlen(name, PL_NAME_BYTES_MAX));
  return text != NULL ? text : json_string("?"); /* not UTF-8 */
}

static json_t *reasons(uint32_t mask) {
  json_t *list = json_array();
  for (uint32_t bit = 0; bit < PL_REASON_COUNT; bit++)
    if (mask >> bit & 1) (void)json_array_append_new(list, json_string(pl_decision_reason(bit)));
  return list;
}

json_t *pl_json_decision(const struct pl_decision *d, const char *name) {
  return json_pack("{s:o, s:o, s:o, s:I, s:o, s:i, s:s, s:s, s:I, s:I, s:I, s:I, s:o}", "seq",
                   pl_json_u64(d->seq), "event_ns", pl_json_u64(d->event_ns), "valid_until_ns",
                   pl_json_u64(d->valid_until_ns), "instrument", (json_int_t)d->instrument, "name",
                   name_text(name), "tier", (int)d->tier, "mode", pl_decision_mode(d->mode),
                   "source", pl_decision_source(d->source), "im_ppm", (json_int_t)d->im_ppm,
                   "mm_ppm", (json_int_t)d->mm_ppm, "clip_max_u6", (json_int_t)d->clip_max_u6,
                   "slice_ms", (json_int_t)d->slice_ms, "reasons", reasons(d->reason_mask));
}

/* A price that may be missing. */
static json_t *price(int64_t price_e9) {
  return price_e9 == PL_PRICE_NONE ? json_null() : json_integer(price_e9);
}

/* One side's depth as an object from band to size: {"10": .., "25": ..}. */
static json_t *depth(const int64_t depth_u6[PL_BAND_COUNT]) {
  static const char *const bands[PL_BAND_COUNT] = {"10", "25", "50", "100", "200", "500"};
  json_t *object = json_object();
  for (uint32_t i = 0; i < PL_BAND_COUNT; i++)
    (void)json_object_set_new(object, bands[i], json_integer(depth_u6[i]));
  return object;
}

json_t *pl_json_view(const struct pl_view *v) {
  return json_pack("{s:s, s:s, s:I, s:o, s:o, s:I, s:I, s:I, s:I, s:{s:o, s:o}, s:I, s:I, s:I}",
                   "state", pl_view_state_name(v->state), "kind", pl_json_kind(v->kind), "mid_e9",
                   (json_int_t)v->mid_e9, "best_bid_e9", price(v->best_price_e9[PL_BID]),
                   "best_ask_e9", price(v->best_price_e9[PL_ASK]), "mark_e9",
                   (json_int_t)v->mark_e9, "index_e9", (json_int_t)v->index_e9, "open_interest_e8",
                   (json_int_t)v->open_interest_e8, "spread_ppm", (json_int_t)v->spread_ppm,
                   "depth_u6", "bid", depth(v->depth_u6[PL_BID]), "ask", depth(v->depth_u6[PL_ASK]),
                   "vol_ppm", (json_int_t)v->vol_ppm, "slippage_ppm", (json_int_t)v->slippage_ppm,
                   "im_raw_ppm", (json_int_t)v->im_raw_ppm);
}

json_t *pl_json_row(const struct pl_row *row, uint32_t flags) {
  json_t *object = pl_json_decision(&row->decision, row->name);
  if (object == NULL || (flags & PL_JSON_VIEW) == 0) return object;
  if (json_object_set_new(object, "view", pl_json_view(&row->view)) == 0) return object;
  json_decref(object);
  return NULL;
}
