/* What line.c (judging) and hold.c (holding back, holes) share. */
#ifndef DATAPLANE_LINE_TABLE_H
#define DATAPLANE_LINE_TABLE_H

#include "dataplane/line/line.h"

struct pl_line_table {
  struct pl_line_config config;
  uint64_t seq_mask;
  uint64_t due_ns; /* of the first hole that is due; UINT64_MAX: there is none */
  uint32_t count;
  uint32_t free_first, used;     /* slot + 1 of the first free one; slots that ever were in use */
  uint32_t ask_first, ask_count; /* channels with a request to be sent, first come first served */
  uint16_t asks[PL_CHANNELS_MAX];
  struct pl_channel channels[PL_CHANNELS_MAX];
  uint16_t index_by_id[PL_CHANNEL_IDS]; /* dense index + 1; 0: unknown */
  struct pl_line_held slots[PL_LINE_HELD_MAX];
};

/* How far a is ahead of b, in the venue's width: the upper half of the range is "behind". */
static inline bool pl_table_is_ahead(const struct pl_line_table *table, uint64_t a, uint64_t b) {
  uint64_t distance = (a - b) & table->seq_mask;
  return distance != 0 && distance <= table->seq_mask / 2;
}

static inline uint64_t pl_table_end(const struct pl_line_table *table,
                                    const struct pl_line_place *place) {
  return (place->seq + place->seq_count) & table->seq_mask;
}

/* Whether one packet alone is not believed. seq is ahead. */
static inline bool pl_table_is_far(const struct pl_line_table *table,
                                   const struct pl_channel *channel, uint64_t seq) {
  return ((seq - channel->next_seq) & table->seq_mask) > PL_LINE_JUMP_UNITS;
}

/* pl_table_hear records that a line brought a packet, whatever becomes of it. */
void pl_table_hear(const struct pl_line_table *table, struct pl_channel *channel,
                   enum pl_line_id line, const struct pl_line_place *place,
                   enum pl_line_verdict verdict, uint64_t recv_ns);

/* pl_table_advance moves the channel past a packet whose turn it is; true when it was silent. */
bool pl_table_advance(const struct pl_line_table *table, struct pl_channel *channel,
                      const struct pl_line_place *place, uint32_t skip, uint64_t recv_ns);

/* pl_table_lose counts units from next_seq on as lost and moves past them. */
void pl_table_lose(struct pl_line_table *table, struct pl_channel *channel, uint64_t to_seq,
                   uint64_t now_ns);

/* pl_table_unhealthy and pl_table_healthy keep the time that a channel is not normal. */
void pl_table_unhealthy(struct pl_channel *channel, uint64_t now_ns);
void pl_table_healthy(struct pl_channel *channel, uint64_t now_ns);

#endif
