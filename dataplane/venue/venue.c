#include "dataplane/venue/venue.h"

#include "dataplane/venue/cme.h"
#include "dataplane/venue/deep.h"
#include "dataplane/venue/deribit.h"
#include "dataplane/venue/itch.h"
#include "dataplane/venue/starbase.h"

#include <string.h>

static const struct pl_venue *const venues[] = {
    &pl_deribit_venue, &pl_cme_venue, &pl_itch_venue, &pl_deep_venue, &pl_starbase_venue,
};

const struct pl_venue *pl_venue_at(uint32_t index) {
  return index < sizeof venues / sizeof venues[0] ? venues[index] : NULL;
}

const struct pl_venue *pl_venue_find(const char *name) {
  for (uint32_t i = 0; pl_venue_at(i) != NULL; i++)
    if (strcmp(venues[i]->name, name) == 0) return venues[i];
  return NULL;
}
