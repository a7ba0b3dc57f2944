#include "control/daemon/orders.h"

#include "engine/base/check.h"

#include <string.h>

void pl_orders_init(struct pl_orders *ret_orders, enum pl_mode mode) {
  memset(ret_orders, 0, sizeof *ret_orders);
  ret_orders->mode = (uint8_t)mode;
  memset(ret_orders->told_mode, (int)mode, sizeof ret_orders->told_mode);
}

void pl_orders_set_mode(struct pl_orders *orders, enum pl_mode mode) {
  orders->mode = (uint8_t)mode;
  orders->settled = 0;
}

void pl_orders_set_frozen(struct pl_orders *orders, uint32_t instrument, bool frozen) {
  PL_CHECK(instrument < PL_INSTRUMENTS_MAX);
  orders->frozen[instrument] = frozen;
  if (instrument < orders->settled) orders->settled = instrument;
}

bool pl_orders_flush(struct pl_orders *orders, uint32_t instrument_count,
                     bool (*send)(void *context, enum pl_command command, uint32_t instrument,
                                  uint32_t argument),
                     void *context) {
  PL_CHECK(instrument_count <= PL_INSTRUMENTS_MAX);
  for (uint32_t at = orders->settled; at < instrument_count; orders->settled = ++at) {
    if (orders->told_mode[at] != orders->mode) {
      if (!send(context, PL_COMMAND_MODE, at, orders->mode)) return false;
      orders->told_mode[at] = orders->mode;
    }
    if (orders->told_frozen[at] != orders->frozen[at]) {
      enum pl_command command = orders->frozen[at] ? PL_COMMAND_FREEZE : PL_COMMAND_THAW;
      if (!send(context, command, at, 0)) return false;
      orders->told_frozen[at] = orders->frozen[at];
    }
  }
  return true;
}
