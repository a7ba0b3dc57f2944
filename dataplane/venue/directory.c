#include "dataplane/venue/directory.h"

#include "engine/base/check.h"

#include <string.h>
#include <xxhash.h>

struct pl_directory {
  struct pl_instrument *entries;
  uint32_t *slots; /* open addressing, index + 1, 0 is free; at most half full */
  uint32_t slot_mask, capacity;
  _Atomic uint32_t count;
  uint64_t overflows;
  uint32_t first_in_channel[PL_CHANNELS_MAX];
};

static uint32_t slot_count(uint32_t instrument_count) {
  uint32_t slots = 4;
  while (slots < 2 * instrument_count) slots *= 2;
  return slots;
}

size_t pl_directory_footprint(uint32_t instrument_count) {
  return pl_arena_round(sizeof(struct pl_directory)) +
         pl_arena_round(instrument_count * sizeof(struct pl_instrument)) +
         pl_arena_round(slot_count(instrument_count) * sizeof(uint32_t));
}

struct pl_directory *pl_directory_create(struct pl_arena *arena, uint32_t instrument_count) {
  PL_CHECK(instrument_count >= 1 && instrument_count <= PL_INSTRUMENTS_MAX);
  struct pl_directory *directory = pl_arena_take(arena, sizeof *directory);
  directory->entries = pl_arena_take(arena, instrument_count * sizeof *directory->entries);
  directory->slots = pl_arena_take(arena, slot_count(instrument_count) * sizeof(uint32_t));
  directory->slot_mask = slot_count(instrument_count) - 1;
  directory->capacity = instrument_count;
  for (uint32_t i = 0; i < PL_CHANNELS_MAX; i++)
    directory->first_in_channel[i] = PL_INSTRUMENT_NONE;
  return directory;
}

static uint32_t enter(struct pl_directory *directory, uint64_t venue_id, uint32_t channel) {
  uint32_t count = atomic_load_explicit(&directory->count, memory_order_relaxed); /* sole writer */
  if (count == directory->capacity) {
    directory->overflows++;
    return PL_INSTRUMENT_NONE;
  }
  PL_CHECK(channel < PL_CHANNELS_MAX);
  struct pl_instrument *entry = &directory->entries[count];
  entry->venue_id = venue_id;
  entry->state = PL_DIRECTORY_STATE_UNKNOWN;
  entry->channel = channel;
  entry->next_in_channel = directory->first_in_channel[channel];
  directory->first_in_channel[channel] = count;
  /* pairs with the acquire in pl_directory_count: the entry comes before its number */
  atomic_store_explicit(&directory->count, count + 1, memory_order_release);
  return count;
}

uint32_t pl_directory_index(struct pl_directory *directory, uint64_t venue_id, uint32_t channel) {
  /* Fibonacci hashing; the table is at most half full, so a free slot ends the search. */
  uint32_t at = (uint32_t)((venue_id * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & directory->slot_mask;
  for (uint32_t probes = 0; probes <= directory->slot_mask; probes++) {
    uint32_t slot = directory->slots[at];
    if (slot == 0) {
      uint32_t index = enter(directory, venue_id, channel);
      if (index != PL_INSTRUMENT_NONE) directory->slots[at] = index + 1;
      return index;
    }
    if (directory->entries[slot - 1].venue_id == venue_id) return slot - 1;
    at = (at + 1) & directory->slot_mask;
  }
  return PL_INSTRUMENT_NONE;
}

void pl_directory_move(struct pl_directory *directory, uint32_t index, uint32_t channel) {
  PL_CHECK(channel < PL_CHANNELS_MAX);
  struct pl_instrument *entry = pl_directory_entry(directory, index);
  uint32_t *link = &directory->first_in_channel[entry->channel];
  while (*link != index) { /* as long as the channel's list; once an instrument */
    PL_CHECK(*link != PL_INSTRUMENT_NONE);
    link = &directory->entries[*link].next_in_channel;
  }
  *link = entry->next_in_channel;
  entry->channel = channel;
  entry->next_in_channel = directory->first_in_channel[channel];
  directory->first_in_channel[channel] = index;
}

struct pl_instrument *pl_directory_entry(struct pl_directory *directory, uint32_t index) {
  PL_CHECK(index < directory->capacity);
  return &directory->entries[index];
}

void pl_directory_define(struct pl_instrument *entry, const uint8_t *name, uint32_t size_bytes) {
  if (atomic_load_explicit(&entry->defined, memory_order_relaxed)) return; /* sole writer */
  if (size_bytes > PL_NAME_BYTES_MAX - 1) size_bytes = PL_NAME_BYTES_MAX - 1;
  for (uint32_t i = 0; i < size_bytes; i++)
    entry->name[i] = name[i] > ' ' && name[i] < 127 ? (char)name[i] : '?';
  entry->name[size_bytes] = '\0';
  entry->name_hash = XXH3_64bits(entry->name, size_bytes);
  /* pairs with the acquire in pl_directory_name */
  atomic_store_explicit(&entry->defined, true, memory_order_release);
}

uint32_t pl_directory_first(const struct pl_directory *directory, uint32_t channel) {
  PL_CHECK(channel < PL_CHANNELS_MAX);
  return directory->first_in_channel[channel];
}

uint32_t pl_directory_count(const struct pl_directory *directory) {
  /* pairs with the release in enter */
  return atomic_load_explicit(&directory->count, memory_order_acquire);
}

const char *pl_directory_name(const struct pl_directory *directory, uint32_t index) {
  if (index >= pl_directory_count(directory)) return "";
  const struct pl_instrument *entry = &directory->entries[index];
  /* pairs with the release in pl_directory_define */
  return atomic_load_explicit(&entry->defined, memory_order_acquire) ? entry->name : "";
}

uint64_t pl_directory_overflows(const struct pl_directory *directory) {
  return directory->overflows;
}
