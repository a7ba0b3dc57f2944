/* The decision table in POSIX shared memory: one row an instrument, written by the daemon's main
 * thread, read by any process that may open it. Rows are seqlock cells, so a reader never holds the
 * daemon up. A reader maps read-only and believes nothing it has not checked. */
#ifndef CONTROL_PUBLISH_TABLE_H
#define CONTROL_PUBLISH_TABLE_H

#include "control/publish/row.h"
#include "engine/base/status.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PL_TABLE_MAGIC       UINT64_C(0x454c424154534c50) /* "PLSTABLE" */
#define PL_TABLE_LAYOUT      2 /* +1 when anything below, a row or an enum in it changes */
#define PL_TABLE_NAME_BYTES  32
#define PL_TABLE_ERROR_BYTES 256
#define PL_TABLE_PREFIX      "/plimsoll-"
#define PL_TABLE_GROUP_NONE  ((gid_t)-1)
#define PL_TABLE_BEAT_MAX_NS UINT64_C(2000000000) /* a longer silence: the daemon is gone */

/* What the daemon says of itself, every turn of its loop. */
struct pl_table_beat {
  uint64_t monotonic_ns; /* CLOCK_MONOTONIC of this host, for the beat's age */
  uint64_t decisions;    /* published since the start */
  uint32_t row_count;    /* rows in use, from the first */
  uint32_t mode;         /* enum pl_mode asked for last */
  uint64_t stalled;      /* not 0: a core does not come round, the static limits hold for all */
};

#define PL_TABLE_BEAT_WORDS (sizeof(struct pl_table_beat) / sizeof(uint64_t))
#define PL_TABLE_ROW_WORDS  (sizeof(struct pl_row) / sizeof(uint64_t))

struct pl_table_header {
  _Atomic uint64_t magic; /* set last */
  uint32_t layout, header_bytes, row_bytes, row_count_max;
  uint32_t writer_pid, policy_version;
  uint64_t policy_hash, start_ns; /* start_ns: UTC */
  alignas(PL_CACHE_LINE_BYTES) _Atomic uint64_t beat_version;
  _Atomic uint64_t beat[PL_TABLE_BEAT_WORDS];
};

struct pl_table_cell {
  alignas(PL_CACHE_LINE_BYTES) _Atomic uint64_t version; /* 0: never written */
  _Atomic uint64_t words[PL_TABLE_ROW_WORDS];
};

struct pl_table_config {
  const char *name; /* letters, digits, '-', '_', '.' */
  uint32_t row_count_max;
  uint32_t policy_version;
  uint64_t policy_hash, start_ns;
  gid_t group; /* may read beside the owner; PL_TABLE_GROUP_NONE: the process's own */
};

struct pl_table;

/* pl_table_name_is_sound tells whether a name can be a table's. */
bool pl_table_name_is_sound(const char *name);

/* pl_table_create makes the segment, in place of one whose daemon is gone.
 *   ret_table  closed by the caller with pl_table_close; untouched on failure
 *   ret_error  [error_bytes] one line on failure
 * Returns PL_OK, PL_E_CONFIG (name, in use by a living daemon), PL_E_DENIED, PL_E_MEMORY or
 * PL_E_SYSTEM. Main thread. */
PL_MUST_USE enum pl_status pl_table_create(const struct pl_table_config *config,
                                           struct pl_table **ret_table, char *ret_error,
                                           size_t error_bytes);

/* pl_table_give makes the segment another user's, who can then remove it.
 *   ret_error  [error_bytes] one line on failure
 * Returns PL_OK or PL_E_DENIED, PL_E_SYSTEM. */
PL_MUST_USE enum pl_status pl_table_give(const struct pl_table *table, uid_t user, char *ret_error,
                                         size_t error_bytes);

/* pl_table_put writes a row. index < row_count_max. One writer thread; never waits. */
void pl_table_put(struct pl_table *table, uint32_t index, const struct pl_row *row);

/* pl_table_beat writes the heartbeat. Same thread. */
void pl_table_beat(struct pl_table *table, const struct pl_table_beat *beat);

/* pl_table_open maps a daemon's table read-only.
 *   ret_table  closed by the caller with pl_table_close; untouched on failure
 * Returns PL_OK, PL_E_UNREACHABLE (no such table), PL_E_DENIED, PL_E_PROTOCOL (not a table of this
 * layout), PL_E_CONFIG (name), PL_E_MEMORY or PL_E_SYSTEM. Any thread. */
PL_MUST_USE enum pl_status pl_table_open(const char *name, struct pl_table **ret_table,
                                         char *ret_error, size_t error_bytes);

/* pl_table_header returns the header as checked when it was opened: a copy, the table's. Its atomic
 * members are not filled in. */
const struct pl_table_header *pl_table_header(const struct pl_table *table);

/* pl_table_read_beat copies the heartbeat out; false when there is none or it is torn for good.
 * row_count is at most row_count_max. */
bool pl_table_read_beat(const struct pl_table *table, struct pl_table_beat *ret_beat);

/* pl_table_read_row copies a row out; false when it was never written or is torn for good. The name
 * is terminated and printable whatever the segment holds. */
bool pl_table_read_row(const struct pl_table *table, uint32_t index, struct pl_row *ret_row);

/* pl_table_close unmaps, and removes the segment when it is the writer's. NULL is nothing to
 * close. */
void pl_table_close(struct pl_table *table);

#endif
