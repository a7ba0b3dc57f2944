#include "control/daemon/policy_json.h"

#include "control/publish/json.h"

static json_t *row_json(const struct pl_policy_row *row, const char *name) {
  json_t *object = json_pack("{s:s, s:s, s:o}", "row", name, "kind", pl_json_kind(row->kind),
                             "name_hash", pl_json_hash(row->name_hash));
  const struct {
    const char *key;
    uint64_t value;
  } fields[] = {
      {"static_im_ppm", row->static_im_ppm},
      {"static_mm_ppm", row->static_mm_ppm},
      {"static_clip_u6", (uint64_t)row->static_clip_u6},
      {"im_min_ppm", row->im_min_ppm},
      {"im_max_ppm", row->im_max_ppm},
      {"im_up_ppm_per_s", row->im_up_ppm_per_s},
      {"im_down_ppm_per_s", row->im_down_ppm_per_s},
      {"mm_share_ppm", row->mm_share_ppm},
      {"vol_half_life_ns", row->vol_half_life_ns},
      {"vol_start_ppm", row->vol_start_ppm},
      {"vol_quantile_e3", row->vol_quantile_e3},
      {"horizon_s", row->horizon_s},
      {"reference_size_u6", (uint64_t)row->reference_size_u6},
      {"unfilled_slippage_ppm", row->unfilled_ppm},
      {"clip_band_bps", row->clip_band_bps},
      {"clip_share_ppm", row->clip_share_ppm},
      {"clip_max_u6", (uint64_t)row->clip_max_u6},
      {"slice_ms", row->slice_ms},
  };
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    (void)json_object_set_new(object, fields[i].key, pl_json_u64(fields[i].value));
  return object;
}

void pl_policy_json(const struct pl_policy *policy, const struct pl_policy_names *names,
                    uint32_t first, json_t *object) {
  json_t *rows = json_array();
  for (uint32_t i = first; i < policy->row_count && i - first < PL_POLICY_JSON_ROWS; i++)
    (void)json_array_append_new(rows, row_json(&policy->rows[i], names->names[i]));
  json_t *safety = json_pack(
      "{s:o, s:o, s:o, s:o, s:o}", "silence_ns", pl_json_u64(policy->silence_ns), "gap_wait_ns",
      pl_json_u64(policy->gap_wait_ns), "resend_wait_ns", pl_json_u64(policy->resend_wait_ns),
      "rearm_ns", pl_json_u64(policy->rearm_ns), "valid_ns", pl_json_u64(policy->valid_ns));
  (void)json_object_set_new(object, "policy_version", json_integer(policy->version));
  (void)json_object_set_new(object, "policy_hash", pl_json_hash(policy->hash));
  (void)json_object_set_new(object, "mode", json_string(pl_decision_mode(policy->mode)));
  (void)json_object_set_new(object, "safety", safety);
  (void)json_object_set_new(object, "row_count", json_integer(policy->row_count));
  (void)json_object_set_new(object, "first", json_integer(first));
  (void)json_object_set_new(object, "rows", rows);
}
