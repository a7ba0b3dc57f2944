/* The tables of CME MDP 3.0, schema versions 9 to 13, by family. A message of a version keeps its
 * offsets in all of them: what was added lies behind the block of the versions before, so one table
 * serves all; a template that ended keeps its own. */
#ifndef DATAPLANE_VENUE_LAYOUT_CME_H
#define DATAPLANE_VENUE_LAYOUT_CME_H

#include "dataplane/venue/layout_walk.h"

extern const struct pl_layout_messages pl_layout_cme_book, pl_layout_cme_trade,
    pl_layout_cme_statistics, pl_layout_cme_snapshot, pl_layout_cme_definition,
    pl_layout_cme_definition_other, pl_layout_cme_admin;

#endif
