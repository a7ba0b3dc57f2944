/* Channels of one feed: two lines arbitrated unit by unit, early packets held back until those
 * before them came, gaps asked for or given up, duplicates, restarts, silence. The feed's own
 * sequence numbers are the authority for loss. Receive thread only; nothing allocates.
 *
 *   judge -> NEXT, FIRST, RESTART   commit, take_held until there is none, settle
 *            AHEAD                  hold; when that is refused: give_up, and judge again
 *            DUPLICATE, LATE        commit
 *
 * What a channel is in the middle of (ADR 0011):
 *
 *   normal      --a unit is missing-->   gap wait     --it came by the other line--> normal
 *   gap wait    --too long, venue resends--> resend wait --it came-->                normal
 *   gap wait, resend wait --given up-->  snapshot (the venue has them) or stale
 *   snapshot    --everything was told again--> normal        stale --a new run--> normal */
#ifndef DATAPLANE_LINE_LINE_H
#define DATAPLANE_LINE_LINE_H

#include "engine/base/arena.h"
#include "engine/base/frame.h"
#include "engine/base/limits.h"

#include <stdbool.h>
#include <stdint.h>

#define PL_LINE_WINDOW_UNITS 64    /* how far back a unit is known as seen or missed */
#define PL_LINE_RESTART_RUN  16    /* packets in order, far behind, that mean a new run began */
#define PL_LINE_HELD_MAX     1024  /* packets held back, all channels together */
#define PL_LINE_HELD_EACH    512   /* of one channel */
#define PL_LINE_ASKS_MAX     3     /* requests for one hole that bring nothing */
#define PL_LINE_JUMP_UNITS   65536 /* one packet alone is not believed to be further ahead */

enum pl_line_verdict {
  PL_LINE_NEXT,      /* due now, perhaps without its first units */
  PL_LINE_FIRST,     /* first of its channel */
  PL_LINE_AHEAD,     /* units before it are missing */
  PL_LINE_RESTART,   /* the venue began to count anew */
  PL_LINE_DUPLICATE, /* already taken */
  PL_LINE_LATE,      /* given up before, or of a run that is over: no longer of use */
};

enum pl_line_state {
  PL_LINE_NORMAL,
  PL_LINE_GAP_WAIT,    /* early packets are held back: what is missing may still come */
  PL_LINE_RESEND_WAIT, /* the venue was asked to send it again */
  PL_LINE_SNAPSHOT,    /* units were lost; snapshots mend the books one by one */
  PL_LINE_STALE,       /* units were lost, and nothing but a new run mends it */
  PL_LINE_STATE_COUNT
};

/* One channel. Sequences are compared by difference in the venue's width, so they may wrap. */
struct pl_channel {
  uint32_t id; /* the venue's */
  bool started, watched, silent;
  bool recovery;
  bool whole; /* followed from the first unit of its run, nothing missing since */
  bool lost;  /* units were given up, or were before we came: not mended yet */
  uint64_t session, next_seq;
  uint64_t old_session, old_next_seq; /* of the run before the last restart, and where it stood */
  uint32_t old_run;                   /* packets of the old session in order, behind its end */
  uint64_t old_run_next_seq;
  uint64_t seen_window; /* bit i: next_seq - 1 - i was taken */
  uint64_t last_recv_ns;
  /* The hole: units from next_seq to the first packet held, or to the end that a heartbeat told. */
  bool hole, asked, ask_due;
  uint64_t hole_seq;            /* where it began when its clock was set */
  uint32_t asks;                /* that brought nothing */
  bool end_told;                /* known_end is beyond what is due */
  uint64_t known_end, told_end; /* by heartbeats: the furthest believed, and the last; the latter
                                   also by a packet that was not believed */
  uint64_t due_ns;              /* when waiting for the hole ends */
  uint64_t stale_begin_ns;
  uint32_t held, held_first; /* packets held back; slot + 1 of the first by sequence */
  struct pl_channel_line {
    uint64_t high_seq, back_next_seq, next_seq;
    uint64_t last_recv_ns;
    uint32_t back_run;
    bool started, silent;
    bool in_old_run; /* the other line restarted; this one has yet to follow */
    uint64_t packets, silences;
    uint64_t units_skipped; /* that did not come on it when they were due */
    uint64_t units_filled;  /* that came on it into a hole */
  } lines[PL_LINE_COUNT];
  uint64_t packets, holes, gaps, units_lost, duplicates, late, restarts, silences;
  uint64_t mended_by_snapshot; /* times that everything was told again after a loss */
  uint64_t stale_ns;           /* spent not normal because of a loss, up to stale_begin_ns */
};

/* A packet's place in its channel. */
struct pl_line_place {
  uint64_t session;   /* names the run; a venue without sessions gives 0 */
  uint64_t seq;       /* of its first unit; of the next one to come when it has none */
  uint32_t seq_count; /* sequence units: packets or messages, as the venue counts; 0: a heartbeat */
  bool recovery;      /* a channel of snapshots or definitions */
  bool loops;         /* it goes round, each time from the first number */
};

/* A packet that came early, copied. */
struct pl_line_held {
  struct pl_line_place place;
  enum pl_line_id line;
  uint32_t group_ipv4, size_bytes;
  uint16_t port;
  uint32_t next; /* slot + 1 of the next of its channel, or of the next free one; 0: none */
  uint64_t recv_ns, handed_ns;
  uint8_t bytes[PL_FRAME_BYTES_MAX];
};

struct pl_line_config {
  uint32_t seq_bits;         /* width of the venue's sequence numbers, 32 or 64 */
  uint64_t silence_ns;       /* a channel, or a line of one, is silent after so long */
  uint64_t gap_wait_ns;      /* a hole is waited for; 0: not at all */
  uint64_t resend_wait_ns;   /* an answer is waited for */
  uint32_t resend_units_max; /* the venue sends again when asked, so many at once; 0: it does not */
  bool snapshots;            /* the venue tells everything again by and by */
};

struct pl_line_table;

size_t pl_line_footprint(void);

/* pl_line_create takes an empty table from the arena. */
struct pl_line_table *pl_line_create(struct pl_arena *arena, const struct pl_line_config *config);

/* pl_line_channel returns the dense index of a channel, making it known if it is new;
 * PL_CHANNELS_MAX when the table is full.
 *   id  the venue's, below PL_CHANNEL_IDS */
uint32_t pl_line_channel(struct pl_line_table *table, uint32_t id);

/* pl_line_watch asks for a channel's silence to be told from now on. Channels that speak in cycles
 * (snapshots) are silent by nature and not watched.
 *   now_ns  receive clock: the silence of a channel not heard yet counts from the first call */
void pl_line_watch(struct pl_line_table *table, uint32_t index, uint64_t now_ns);

/* pl_line_judge says what a packet is, changing nothing.
 *   index     dense channel index
 *   ret_skip  so many of its first units are known already; 0 unless NEXT */
enum pl_line_verdict pl_line_judge(const struct pl_line_table *table, uint32_t index,
                                   enum pl_line_id line, const struct pl_line_place *place,
                                   uint32_t *ret_skip);

/* pl_line_commit records a packet under any verdict but AHEAD. A packet that turned out malformed
 * is not committed: it is missing then.
 *   skip     as judged
 *   returns  true when the channel was silent until now */
bool pl_line_commit(struct pl_line_table *table, uint32_t index, enum pl_line_id line,
                    const struct pl_line_place *place, enum pl_line_verdict verdict, uint32_t skip,
                    uint64_t recv_ns);

/* pl_line_hold keeps a copy of a packet that is ahead; of a heartbeat, only how far it says the
 * channel has got.
 *   returns  PL_LINE_AHEAD: held. PL_LINE_DUPLICATE: held already, commit it as that. PL_LINE_NEXT:
 * there is no room, or nobody waits: give up what is missing before it, and judge it again */
enum pl_line_verdict pl_line_hold(struct pl_line_table *table, uint32_t index, enum pl_line_id line,
                                  const struct pl_line_place *place, const struct pl_packet *packet,
                                  uint64_t recv_ns, uint64_t handed_ns);

/* What became of a packet that was held back. */
struct pl_line_turn {
  bool known; /* other packets brought all its units meanwhile */
  uint32_t skip;
  bool was_silent;
};

/* pl_line_take_held takes and commits the first packet held back whose turn has come; NULL when
 * there is none. The caller gives it back by pl_line_free when its bytes are done with. */
struct pl_line_held *pl_line_take_held(struct pl_line_table *table, uint32_t index,
                                       struct pl_line_turn *ret_turn);
void pl_line_free(struct pl_line_table *table, struct pl_line_held *held);

/* pl_line_drop_held lets go of all that a channel holds back, before a RESTART is committed or when
 * it stands ALONE.
 *   returns  how many packets */
uint32_t pl_line_drop_held(struct pl_line_table *table, uint32_t index);

/* pl_line_forget lets a channel begin with whatever it says next: the venue began anew, and its
 * numbers with it. What it holds back goes.
 *   returns  how many packets */
uint32_t pl_line_forget(struct pl_line_table *table, uint32_t index);

/* pl_line_settle closes the hole if nothing is missing any more. Call when a channel moved on.
 *   returns  true when the venue had been asked for it: what waited is whole again */
bool pl_line_settle(struct pl_line_table *table, uint32_t index, uint64_t now_ns);

/* pl_line_give_up moves the channel past its hole: what is missing is lost.
 *   until_seq  a packet in hand that is ahead; the hole ends there if nothing held is nearer
 * pl_line_give_up_held does it for a hole that ends with what is known. */
void pl_line_give_up(struct pl_line_table *table, uint32_t index, uint64_t until_seq,
                     uint64_t now_ns);
void pl_line_give_up_held(struct pl_line_table *table, uint32_t index, uint64_t now_ns);

/* pl_line_is_alone returns whether all that a channel holds back is one packet so far ahead that it
 * is not to be believed: nothing said before agrees with it. */
bool pl_line_is_alone(const struct pl_line_table *table, uint32_t index);

/* What became due. */
enum pl_line_news {
  PL_LINE_NOTHING,
  PL_LINE_SILENCE, /* a watched channel has just become silent */
  PL_LINE_ASKED,   /* a hole was waited for long enough: the venue is to be asked */
  PL_LINE_LOST,    /* a hole has to be given up (the caller does) */
  PL_LINE_ALONE    /* nothing agreed with the one packet far ahead: drop_held, settle */
};

/* pl_line_tick finds a channel for which something became due; call again until nothing is.
 *   now_ns     receive clock
 *   ret_index  of the channel */
enum pl_line_news pl_line_tick(struct pl_line_table *table, uint64_t now_ns, uint32_t *ret_index);

/* pl_line_due_ns returns when pl_line_tick is next needed for a hole; UINT64_MAX: for none. */
uint64_t pl_line_due_ns(const struct pl_line_table *table);

/* pl_line_ask takes the next request that is to be sent; false when there is none. */
bool pl_line_ask(struct pl_line_table *table, uint32_t *ret_index, uint64_t *ret_seq,
                 uint32_t *ret_count);

/* pl_line_refuse says that the venue will not send a channel's hole again, or not before
 * retry_ns from now.
 *   seq  that the request began with; nothing changes when the hole does not, or not any more */
void pl_line_refuse(struct pl_line_table *table, uint32_t index, uint64_t seq, bool try_again,
                    uint64_t retry_ns, uint64_t now_ns);

/* pl_line_tear says that a packet, though committed, reached nobody: as if it had been lost.
 * pl_line_mend says that everything was told again since the last loss. */
void pl_line_tear(struct pl_line_table *table, uint32_t index, uint64_t now_ns);
void pl_line_mend(struct pl_line_table *table, uint32_t index, uint64_t now_ns);

/* pl_line_channels returns the channels, [*ret_count], live; for counters. */
const struct pl_channel *pl_line_channels(const struct pl_line_table *table, uint32_t *ret_count);

/* pl_line_state returns what a channel is in the middle of; pl_line_state_name how people call it.
 * pl_line_stale_ns returns how long it was not normal because of a loss, up to now. */
enum pl_line_state pl_line_state(const struct pl_line_table *table, uint32_t index);
const char *pl_line_state_name(enum pl_line_state state);
uint64_t pl_line_stale_ns(const struct pl_channel *channel, uint64_t now_ns);

#endif
