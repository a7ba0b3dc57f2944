#include "tests/venue/gateway_store.h"

#include "engine/base/check.h"

#include <stdlib.h>
#include <string.h>

struct unit {
  uint16_t size;
  uint8_t bytes[PL_GATEWAY_UNIT_BYTES_MAX];
};

struct channel {
  uint32_t id;
  uint64_t first_seq, next_seq;
  struct unit *units; /* [history_units], by sequence number; NULL: no channel here */
};

struct pl_gateway_store {
  uint32_t history_units;
  struct channel channels[PL_GATEWAY_CHANNELS_MAX];
};

struct pl_gateway_store *pl_gateway_store_open(uint32_t history_units) {
  struct pl_gateway_store *store = calloc(1, sizeof *store);
  if (store != NULL) store->history_units = history_units;
  return store;
}

void pl_gateway_store_clear(struct pl_gateway_store *store) {
  for (uint32_t i = 0; i < PL_GATEWAY_CHANNELS_MAX; i++) free(store->channels[i].units);
  memset(store->channels, 0, sizeof store->channels);
}

void pl_gateway_store_close(struct pl_gateway_store *store) {
  if (store != NULL) pl_gateway_store_clear(store);
  free(store);
}

static const struct channel *find(const struct pl_gateway_store *store, uint32_t channel_id) {
  for (uint32_t i = 0; i < PL_GATEWAY_CHANNELS_MAX; i++)
    if (store->channels[i].units != NULL && store->channels[i].id == channel_id)
      return &store->channels[i];
  return NULL;
}

static struct channel *open_channel(struct pl_gateway_store *store, uint32_t channel_id) {
  const struct channel *known = find(store, channel_id);
  if (known != NULL) return &store->channels[known - store->channels];
  for (uint32_t i = 0; i < PL_GATEWAY_CHANNELS_MAX; i++) {
    struct channel *channel = &store->channels[i];
    if (channel->units != NULL) continue;
    channel->id = channel_id;
    channel->first_seq = channel->next_seq = 0;
    channel->units = calloc(store->history_units, sizeof *channel->units);
    return channel->units != NULL ? channel : NULL;
  }
  return NULL;
}

bool pl_gateway_store_keep(struct pl_gateway_store *store, uint32_t channel_id, uint64_t seq,
                           const uint8_t *bytes, size_t size) {
  struct channel *channel = open_channel(store, channel_id);
  if (channel == NULL || size > PL_GATEWAY_UNIT_BYTES_MAX) return false;
  if (seq != channel->next_seq) channel->first_seq = channel->next_seq = seq;
  struct unit *unit = &channel->units[seq % store->history_units];
  unit->size = (uint16_t)size;
  memcpy(unit->bytes, bytes, size);
  channel->next_seq++;
  if (channel->next_seq - channel->first_seq > store->history_units) channel->first_seq++;
  return true;
}

bool pl_gateway_store_range(const struct pl_gateway_store *store, uint32_t channel_id,
                            uint64_t *ret_first_seq, uint64_t *ret_next_seq) {
  const struct channel *channel = find(store, channel_id);
  if (channel == NULL) return false;
  *ret_first_seq = channel->first_seq;
  *ret_next_seq = channel->next_seq;
  return true;
}

const uint8_t *pl_gateway_store_unit(const struct pl_gateway_store *store, uint32_t channel_id,
                                     uint64_t seq, size_t *ret_size) {
  const struct channel *channel = find(store, channel_id);
  PL_CHECK(channel != NULL && seq >= channel->first_seq && seq < channel->next_seq);
  const struct unit *unit = &channel->units[seq % store->history_units];
  *ret_size = unit->size;
  return unit->bytes;
}
