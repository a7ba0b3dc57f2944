/* What the operator ordered, and how much of it the engine was told. The queue to the engine core
 * is short and must never be waited for, so orders are a wanted state: whatever could not be said
 * yet is said on a later turn, and instruments that appear later are told when they do. Main
 * thread. */
#ifndef CONTROL_DAEMON_ORDERS_H
#define CONTROL_DAEMON_ORDERS_H

#include "engine/base/decision.h"
#include "engine/base/event.h"

#include <stdbool.h>

struct pl_orders {
  uint8_t mode;     /* enum pl_mode wanted */
  uint32_t settled; /* instruments below it were told everything */
  uint8_t told_mode[PL_INSTRUMENTS_MAX];
  bool frozen[PL_INSTRUMENTS_MAX], told_frozen[PL_INSTRUMENTS_MAX];
};

/* pl_orders_init starts with the mode the engine starts with. */
void pl_orders_init(struct pl_orders *ret_orders, enum pl_mode mode);

void pl_orders_set_mode(struct pl_orders *orders, enum pl_mode mode);

/* pl_orders_set_frozen freezes an instrument or lets it go. instrument < PL_INSTRUMENTS_MAX. */
void pl_orders_set_frozen(struct pl_orders *orders, uint32_t instrument, bool frozen);

/* pl_orders_flush tells the engine what it does not know yet.
 *   instrument_count  how many there are now, at most PL_INSTRUMENTS_MAX
 *   send              returns false when the queue is full
 *   returns           true when everything is said */
bool pl_orders_flush(struct pl_orders *orders, uint32_t instrument_count,
                     bool (*send)(void *context, enum pl_command command, uint32_t instrument,
                                  uint32_t argument),
                     void *context);

#endif
