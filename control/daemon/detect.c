#include "control/daemon/detect.h"

#include "control/daemon/datagrams.h"
#include "dataplane/venue/layout.h"
#include "dataplane/venue/venue.h"

#include <stdio.h>
#include <string.h>

#define NAMES_BYTES 256

struct votes {
  uint32_t packets;
  uint32_t fits[PL_DETECT_CANDIDATES_MAX];
};

static const char *venue_name(uint32_t index) {
  const struct pl_venue *venue = pl_venue_at(index);
  return venue != NULL ? venue->name : NULL;
}

static bool venue_fits(uint32_t index, const struct pl_packet *packet) {
  const struct pl_venue *venue = pl_venue_at(index);
  struct pl_venue_head head;
  struct pl_venue_verdict verdict;
  return venue->head(packet, &head) == PL_OK && venue->judge(packet, &verdict) == PL_OK;
}

const struct pl_detect_table pl_detect_venues = {venue_name, venue_fits};

static const char *layout_name(uint32_t index) {
  const struct pl_layout *layout = pl_layout_at(index);
  return layout != NULL ? layout->venue : NULL;
}

static bool layout_fits(uint32_t index, const struct pl_packet *packet) {
  struct pl_layout_cursor cursor;
  struct pl_layout_item item;
  if (pl_layout_begin(pl_layout_at(index), packet->data, packet->size_bytes, &cursor) != PL_OK)
    return false;
  while (pl_layout_more(&cursor))
    if (pl_layout_next(&cursor, &item) != PL_OK || item.message == NULL || item.rest_bytes != 0)
      return false;
  return pl_layout_end(&cursor) == PL_OK;
}

const struct pl_detect_table pl_detect_layouts = {layout_name, layout_fits};

static void count(struct pl_datagrams *datagrams, const struct pl_detect_table *table,
                  struct votes *votes) {
  struct pl_datagram datagram;
  while (votes->packets < PL_DETECT_PACKETS_MAX && pl_datagrams_next(datagrams, &datagram)) {
    if (datagram.status != PL_OK) continue;
    votes->packets++;
    for (uint32_t i = 0; i < PL_DETECT_CANDIDATES_MAX && table->name(i) != NULL; i++)
      votes->fits[i] += table->fits(i, &datagram.packet);
  }
}

static void append(char *room, size_t room_bytes, const char *before, const char *text) {
  size_t used = strlen(room);
  (void)snprintf(room + used, room_bytes - used, "%s%s", used > 0 ? before : "", text);
}

void pl_detect_names(const struct pl_detect_table *table, const char *separator, char *ret_names,
                     size_t names_bytes) {
  ret_names[0] = '\0';
  for (uint32_t i = 0; table->name(i) != NULL; i++)
    append(ret_names, names_bytes, separator, table->name(i));
}

static enum pl_status choose(const char *path, const struct pl_detect_table *table,
                             const struct votes *votes, uint32_t *ret_index, char *ret_error,
                             size_t error_bytes) {
  uint32_t most = 0, best = 0, alike = 0;
  char names[NAMES_BYTES] = "";
  for (uint32_t i = 0; i < PL_DETECT_CANDIDATES_MAX; i++)
    if (votes->fits[i] > most) most = votes->fits[best = i];
  for (uint32_t i = 0; most > 0 && i < PL_DETECT_CANDIDATES_MAX; i++) {
    if (votes->fits[i] != most) continue;
    alike++;
    append(names, sizeof names, " or ", table->name(i));
  }
  if (alike == 1) {
    *ret_index = best;
    return PL_OK;
  }
  if (alike == 0) pl_detect_names(table, ", ", names, sizeof names);
  if (votes->packets == 0)
    (void)snprintf(ret_error, error_bytes,
                   "%s holds no UDP packet to tell the venue by: name it with --venue (%s)", path,
                   names);
  else if (alike == 0)
    (void)snprintf(ret_error, error_bytes,
                   "%s is of no venue known here, by its first %u UDP packets: name it with "
                   "--venue (%s)",
                   path, votes->packets, names);
  else
    (void)snprintf(ret_error, error_bytes,
                   "%s could be of %s, by its first %u UDP packets: name it with --venue", path,
                   names, votes->packets);
  return PL_E_NOT_FOUND;
}

enum pl_status pl_detect_capture(const char *path, const struct pl_detect_table *table,
                                 uint32_t *ret_index, char *ret_error, size_t error_bytes) {
  struct pl_datagrams datagrams;
  struct votes votes = {0};
  enum pl_status status = pl_datagrams_open(path, &datagrams, ret_error, error_bytes);
  if (status != PL_OK) return status;
  count(&datagrams, table, &votes);
  (void)pl_datagrams_close(&datagrams);
  if (datagrams.frames == 0) {
    (void)snprintf(ret_error, error_bytes, "%s holds no frame", path);
    return PL_E_EMPTY;
  }
  return choose(path, table, &votes, ret_index, ret_error, error_bytes);
}
