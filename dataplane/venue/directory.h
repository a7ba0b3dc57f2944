/* The instrument directory: a venue's instrument id to the dense index that all of the appliance
 * uses, with the terms of the contract. Grows on the receive thread only; other threads may read
 * names of entries below pl_directory_count. */
#ifndef DATAPLANE_VENUE_DIRECTORY_H
#define DATAPLANE_VENUE_DIRECTORY_H

#include "engine/base/arena.h"
#include "engine/base/check.h"
#include "engine/base/event.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define PL_DIRECTORY_STATE_UNKNOWN 256

struct pl_instrument_leg {
  uint32_t venue_id;
  int32_t size;
};

struct pl_instrument_tick_step {
  int64_t above_e9, tick_e9;
};

/* What every message of a book touches stands in the first cache line. */
struct pl_instrument {
  alignas(PL_CACHE_LINE_BYTES) uint64_t venue_id;
  uint32_t channel;         /* dense index of the channel its book updates come on */
  uint32_t next_in_channel; /* PL_INSTRUMENT_NONE ends the list */
  uint32_t prev_in_channel; /* the directory's; PL_INSTRUMENT_NONE: the first */
  uint64_t touched_seq;     /* decoder's: the packet, by the seq of its first event */
  uint32_t touched_at;      /* decoder's: where in the packet's list of touched instruments */
  bool mid_event;           /* its book event goes on in a later packet */
  bool listed;              /* decoder's: among those whose event is open */
  bool begun;               /* its books were said to begin from nothing in this run */
  uint8_t kind;             /* enum pl_kind */
  uint8_t condition_due;    /* enum pl_condition + 1 that the feed has yet to tell; 0: none */
  uint16_t state;           /* the venue's code; PL_DIRECTORY_STATE_UNKNOWN until told */
  uint8_t tick_step_count, leg_count;
  _Atomic bool defined;         /* release after the name; acquire in pl_directory_name */
  char name[PL_NAME_BYTES_MAX]; /* written once, before defined */
  uint64_t name_hash;           /* XXH3-64 of the name */
  int64_t tick_e9, contract_size_e8, strike_e9;
  int64_t limit_low_e9, limit_high_e9; /* PL_PRICE_NONE: no limit; both 0: never told */
  uint64_t expiry_ns;
  struct pl_instrument_tick_step tick_steps[PL_TICK_STEPS_MAX];
  struct pl_instrument_leg legs[PL_COMBO_LEGS_MAX];
};

/* Only pl_directory_* touch it; here so that the finding of an instrument is inlined. */
struct pl_directory {
  struct pl_instrument *entries;
  uint32_t *slots; /* open addressing, index + 1, 0 is free; at most half full */
  uint32_t slot_mask, capacity;
  _Atomic uint32_t count;
  uint64_t overflows;
  uint32_t first_in_channel[PL_CHANNELS_MAX];
};

size_t pl_directory_footprint(uint32_t instrument_count);

/* pl_directory_create takes an empty directory from the arena. Start-up only.
 *   instrument_count  1..PL_INSTRUMENTS_MAX entries at most */
struct pl_directory *pl_directory_create(struct pl_arena *arena, uint32_t instrument_count);

/* pl_directory_slot returns the slot of an id, or the free one where it belongs: the table is at
 * most half full. Fibonacci hashing. */
static inline uint32_t pl_directory_slot(const struct pl_directory *directory, uint64_t venue_id) {
  uint32_t at = (uint32_t)((venue_id * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & directory->slot_mask;
  for (;; at = (at + 1) & directory->slot_mask) {
    uint32_t slot = directory->slots[at];
    if (slot == 0 || directory->entries[slot - 1].venue_id == venue_id) return at;
  }
}

/* pl_directory_find returns the dense index of a known instrument, PL_INSTRUMENT_NONE for another.
 * Receive thread only. */
static inline uint32_t pl_directory_find(const struct pl_directory *directory, uint64_t venue_id) {
  return directory->slots[pl_directory_slot(directory, venue_id)] - 1;
}
_Static_assert(PL_INSTRUMENT_NONE == UINT32_MAX, "a free slot finds no instrument");

/* pl_directory_index returns the dense index of an instrument, entering it if it is new;
 * PL_INSTRUMENT_NONE when the directory is full (counted).
 *   channel  dense index of the channel its updates come on; kept from its first appearance
 * Receive thread only. */
uint32_t pl_directory_index(struct pl_directory *directory, uint64_t venue_id, uint32_t channel);

/* pl_directory_move gives an instrument another channel: the first one known of it carried no book
 * updates. Receive thread only. */
void pl_directory_move(struct pl_directory *directory, uint32_t index, uint32_t channel);

/* pl_directory_replace enters an instrument anew under the id of a known one: the venue gave its id
 * to another contract. The old entry keeps its dense index, its name and its last words, but no id
 * and no channel.
 *   returns  the new dense index; PL_INSTRUMENT_NONE when there is no room (counted), and then the
 *            old entry stands
 * Receive thread only. */
uint32_t pl_directory_replace(struct pl_directory *directory, uint32_t index);

/* pl_directory_entry returns an entry for the receive thread to read and write. */
static inline struct pl_instrument *pl_directory_entry(struct pl_directory *directory,
                                                       uint32_t index) {
  PL_CHECK(index < directory->capacity);
  return &directory->entries[index];
}

/* pl_directory_define makes a name known, once; later calls keep the first name.
 *   name     [size_bytes], cut to PL_NAME_BYTES_MAX - 1; bytes that do not print become '?'
 *   returns  whether the entry has this name now: false when it had another */
bool pl_directory_define(struct pl_instrument *entry, const uint8_t *name, uint32_t size_bytes);

/* pl_directory_first returns the first instrument of a channel, PL_INSTRUMENT_NONE if it has none;
 * follow next_in_channel. Receive thread only. */
uint32_t pl_directory_first(const struct pl_directory *directory, uint32_t channel);

/* Any thread: how many entries there are, and an entry's name ("" until it is defined). */
uint32_t pl_directory_count(const struct pl_directory *directory);
const char *pl_directory_name(const struct pl_directory *directory, uint32_t index);

/* pl_directory_overflows returns how often there was no room. */
uint64_t pl_directory_overflows(const struct pl_directory *directory);

#endif
