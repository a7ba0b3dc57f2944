/* The wires that a generated day can go out on, one file each. */
#ifndef PL_TESTS_VENUE_LOAD_WIRES_H
#define PL_TESTS_VENUE_LOAD_WIRES_H

#include "tests/venue/load.h"

extern const struct pl_load_wire pl_load_itch, pl_load_deep, pl_load_starbase, pl_load_cme;

#endif
