/* The instrument directory: a venue's instrument id to the dense index that all of the appliance
 * uses, with the terms of the contract. Grows on the receive thread only; other threads may read
 * names of entries below pl_directory_count. */
#ifndef DATAPLANE_VENUE_DIRECTORY_H
#define DATAPLANE_VENUE_DIRECTORY_H

#include "engine/base/arena.h"
#include "engine/base/event.h"

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

struct pl_instrument {
  uint64_t venue_id;
  char name[PL_NAME_BYTES_MAX]; /* written once, before defined */
  _Atomic bool defined;         /* release after the name; acquire in pl_directory_name */
  uint8_t kind;                 /* enum pl_kind */
  uint16_t state;               /* the venue's code; PL_DIRECTORY_STATE_UNKNOWN until told */
  uint8_t tick_step_count, leg_count;
  bool mid_event;           /* its book event goes on in a later packet */
  bool begun;               /* its books were said to begin from nothing in this run */
  uint32_t channel;         /* dense index of the channel its book updates come on */
  uint32_t next_in_channel; /* PL_INSTRUMENT_NONE ends the list */
  uint32_t touched_at;      /* decoder's: where in the packet's list of touched instruments */
  uint64_t touched_seq;     /* decoder's: the packet, by the seq of its first event */
  uint64_t update_seq;      /* decoder's: the venue's number of the last update it saw, 0: none */
  uint64_t name_hash;       /* XXH3-64 of the name */
  int64_t tick_e9, contract_size_e8, strike_e9;
  uint64_t expiry_ns;
  struct pl_instrument_tick_step tick_steps[PL_TICK_STEPS_MAX];
  struct pl_instrument_leg legs[PL_COMBO_LEGS_MAX];
};

struct pl_directory;

size_t pl_directory_footprint(uint32_t instrument_count);

/* pl_directory_create takes an empty directory from the arena. Start-up only.
 *   instrument_count  1..PL_INSTRUMENTS_MAX entries at most */
struct pl_directory *pl_directory_create(struct pl_arena *arena, uint32_t instrument_count);

/* pl_directory_index returns the dense index of an instrument, entering it if it is new;
 * PL_INSTRUMENT_NONE when the directory is full (counted).
 *   channel  dense index of the channel its updates come on; kept from its first appearance
 * Receive thread only. */
uint32_t pl_directory_index(struct pl_directory *directory, uint64_t venue_id, uint32_t channel);

/* pl_directory_move gives an instrument another channel: the first one known of it carried no book
 * updates. Receive thread only. */
void pl_directory_move(struct pl_directory *directory, uint32_t index, uint32_t channel);

/* pl_directory_entry returns an entry for the receive thread to read and write. */
struct pl_instrument *pl_directory_entry(struct pl_directory *directory, uint32_t index);

/* pl_directory_define makes a name known, once; later calls keep the first name.
 *   name  [size_bytes], cut to PL_NAME_BYTES_MAX - 1; bytes that do not print become '?' */
void pl_directory_define(struct pl_instrument *entry, const uint8_t *name, uint32_t size_bytes);

/* pl_directory_first returns the first instrument of a channel, PL_INSTRUMENT_NONE if it has none;
 * follow next_in_channel. Receive thread only. */
uint32_t pl_directory_first(const struct pl_directory *directory, uint32_t channel);

/* Any thread: how many entries there are, and an entry's name ("" until it is defined). */
uint32_t pl_directory_count(const struct pl_directory *directory);
const char *pl_directory_name(const struct pl_directory *directory, uint32_t index);

/* pl_directory_overflows returns how often there was no room. */
uint64_t pl_directory_overflows(const struct pl_directory *directory);

#endif
