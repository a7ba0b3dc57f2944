#include "engine/base/view.h"

static const char *const state_names[PL_VIEW_STATE_COUNT] = {"empty", "live", "stale", "static"};

const char *pl_view_state_name(uint32_t state) {
  return state < PL_VIEW_STATE_COUNT ? state_names[state] : "?";
}
