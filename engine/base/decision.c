#include "engine/base/decision.h"

static const char *const mode_names[PL_MODE_COUNT] = {"static", "monitor", "autonomous"};
static const char *const source_names[PL_SOURCE_COUNT] = {"static", "ewma"};

static const char *const reason_names[PL_REASON_COUNT] = {
#define X(sym, name, hint) [PL_REASON_BIT_##sym] = name,
    PL_REASON_MAP(X)
#undef X
};

static const char *const reason_hints[PL_REASON_COUNT] = {
#define X(sym, name, hint) [PL_REASON_BIT_##sym] = hint,
    PL_REASON_MAP(X)
#undef X
};

const char *pl_decision_mode(uint32_t mode) {
  return mode < PL_MODE_COUNT ? mode_names[mode] : "?";
}

const char *pl_decision_source(uint32_t source) {
  return source < PL_SOURCE_COUNT ? source_names[source] : "?";
}

const char *pl_decision_reason(uint32_t bit) {
  return bit < PL_REASON_COUNT ? reason_names[bit] : "?";
}

const char *pl_decision_reason_hint(uint32_t bit) {
  return bit < PL_REASON_COUNT ? reason_hints[bit] : "?";
}
