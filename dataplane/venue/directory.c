#include "dataplane/venue/directory.h"

#include <string.h>
#include <xxhash.h>

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

/* Puts an instrument at the head of a channel's list. */
static void join_channel(struct pl_directory *directory, uint32_t index, uint32_t channel) {
  PL_CHECK(channel < PL_CHANNELS_MAX);
  struct pl_instrument *entry = &directory->entries[index];
  uint32_t next = directory->first_in_channel[channel];
  entry->channel = channel;
  entry->next_in_channel = next;
  entry->prev_in_channel = PL_INSTRUMENT_NONE;
  if (next != PL_INSTRUMENT_NONE) directory->entries[next].prev_in_channel = index;
  directory->first_in_channel[channel] = index;
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
  join_channel(directory, count, channel);
  /* pairs with the acquire in pl_directory_count: the entry comes before its number */
  atomic_store_explicit(&directory->count, count + 1, memory_order_release);
  return count;
}

uint32_t pl_directory_index(struct pl_directory *directory, uint64_t venue_id, uint32_t channel) {
  uint32_t at = pl_directory_slot(directory, venue_id);
  if (directory->slots[at] != 0) return directory->slots[at] - 1;
  uint32_t index = enter(directory, venue_id, channel);
  if (index != PL_INSTRUMENT_NONE) directory->slots[at] = index + 1;
  return index;
}

static void leave_channel(struct pl_directory *directory, uint32_t index) {
  const struct pl_instrument *entry = pl_directory_entry(directory, index);
  if (entry->prev_in_channel == PL_INSTRUMENT_NONE)
    directory->first_in_channel[entry->channel] = entry->next_in_channel;
  else
    directory->entries[entry->prev_in_channel].next_in_channel = entry->next_in_channel;
  if (entry->next_in_channel != PL_INSTRUMENT_NONE)
    directory->entries[entry->next_in_channel].prev_in_channel = entry->prev_in_channel;
}

void pl_directory_move(struct pl_directory *directory, uint32_t index, uint32_t channel) {
  leave_channel(directory, index);
  join_channel(directory, index, channel);
}

uint32_t pl_directory_replace(struct pl_directory *directory, uint32_t index) {
  const struct pl_instrument *old = pl_directory_entry(directory, index);
  uint32_t at = pl_directory_slot(directory, old->venue_id);
  uint32_t fresh = enter(directory, old->venue_id, old->channel);
  if (fresh == PL_INSTRUMENT_NONE) return fresh;
  leave_channel(directory, index);
  directory->slots[at] = fresh + 1;
  return fresh;
}

bool pl_directory_define(struct pl_instrument *entry, const uint8_t *name, uint32_t size_bytes) {
  char known[PL_NAME_BYTES_MAX] = "";
  if (size_bytes > PL_NAME_BYTES_MAX - 1) size_bytes = PL_NAME_BYTES_MAX - 1;
  for (uint32_t i = 0; i < size_bytes; i++)
    known[i] = name[i] > ' ' && name[i] < 127 ? (char)name[i] : '?';
  if (atomic_load_explicit(&entry->defined, memory_order_relaxed)) /* sole writer */
    return strcmp(entry->name, known) == 0;
  memcpy(entry->name, known, sizeof known);
  entry->name_hash = XXH3_64bits(entry->name, size_bytes);
  /* pairs with the acquire in pl_directory_name */
  atomic_store_explicit(&entry->defined, true, memory_order_release);
  return true;
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
