#include "engine/base/status.h"

static const char *const status_names[PL_STATUS_COUNT] = {
#define X(sym, name, hint) [PL_##sym] = name,
    PL_STATUS_MAP(X)
#undef X
};

static const char *const status_hints[PL_STATUS_COUNT] = {
#define X(sym, name, hint) [PL_##sym] = hint,
    PL_STATUS_MAP(X)
#undef X
};

const char *pl_status_name(enum pl_status status) {
  return (unsigned)status < PL_STATUS_COUNT ? status_names[status] : "?";
}

const char *pl_status_hint(enum pl_status status) {
  return (unsigned)status < PL_STATUS_COUNT ? status_hints[status] : "?";
}
