/* A row of the decision table: what is published of one instrument, with what it was seen in. */
#ifndef CONTROL_PUBLISH_ROW_H
#define CONTROL_PUBLISH_ROW_H

#include "engine/base/decision.h"
#include "engine/base/view.h"

struct pl_row {
  char name[PL_NAME_BYTES_MAX]; /* "" until the instrument is defined */
  struct pl_decision decision;  /* seq 0: none yet */
  struct pl_view view;
};
_Static_assert(sizeof(struct pl_row) % sizeof(uint64_t) == 0, "copied in words by the seqlock");

#endif
