#include "control/publish/table.h"

#include "engine/base/check.h"
#include "engine/base/seqlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES   (sizeof PL_TABLE_PREFIX + PL_TABLE_NAME_BYTES)
#define TABLE_MODE   0640
#define CREATE_TRIES 3

_Static_assert(sizeof(struct pl_table_header) % PL_CACHE_LINE_BYTES == 0, "cells stay aligned");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "atomics are shared between processes");

struct pl_table {
  char path[PATH_BYTES];
  int descriptor;
  bool writer;
  void *mapping;
  size_t size_bytes;
  struct pl_table_header *header;
  struct pl_table_cell *cells;
  struct pl_table_header checked; /* what was believed when it was opened */
};

bool pl_table_name_is_sound(const char *name) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  size_t length = strlen(name);
  return length > 0 && length < PL_TABLE_NAME_BYTES && strspn(name, letters) == length;
}

static enum pl_status fail(enum pl_status status, const char *name, const char *why,
                           char *ret_error, size_t error_bytes) {
  (void)snprintf(ret_error, error_bytes, "table '%.*s': %s", PL_TABLE_NAME_BYTES, name, why);
  return status;
}

static enum pl_status fail_errno(const char *name, int number, char *ret_error,
                                 size_t error_bytes) {
  enum pl_status status = number == EACCES || number == EPERM    ? PL_E_DENIED
                          : number == ENOENT                     ? PL_E_UNREACHABLE
                          : number == ENOMEM || number == ENOSPC ? PL_E_MEMORY
                                                                 : PL_E_SYSTEM;
  return fail(status, name, strerror(number), ret_error, error_bytes);
}

static size_t size_for(uint32_t row_count_max) {
  return sizeof(struct pl_table_header) + row_count_max * sizeof(struct pl_table_cell);
}

static struct pl_table *new_table(const char *name) {
  struct pl_table *table = calloc(1, sizeof *table);
  if (table == NULL) return NULL;
  table->descriptor = -1;
  (void)snprintf(table->path, sizeof table->path, "%s%s", PL_TABLE_PREFIX, name);
  return table;
}

static bool map(struct pl_table *table, size_t size_bytes, int protection) {
  void *mapping = mmap(NULL, size_bytes, protection, MAP_SHARED, table->descriptor, 0);
  if (mapping == MAP_FAILED) return false;
  table->mapping = mapping;
  table->size_bytes = size_bytes;
  table->header = mapping;
  table->cells = (struct pl_table_cell *)(table->header + 1);
  return true;
}

/* Removes the segment of a daemon that is gone: its lock went with it. Returns 0, EEXIST when the
 * daemon lives, or another errno. */
static int remove_stale(const char *path) {
  int descriptor = shm_open(path, O_RDONLY | O_CLOEXEC, 0);
  if (descriptor < 0) return errno == ENOENT ? 0 : errno;
  int result = 0;
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    result = errno == EWOULDBLOCK ? EEXIST : errno;
  else if (shm_unlink(path) != 0 && errno != ENOENT)
    result = errno;
  (void)close(descriptor);
  return result;
}

/* A new segment, locked for as long as we live. Returns 0 or an errno. */
static int create_locked(struct pl_table *table) {
  for (int tries = 0; tries < CREATE_TRIES; tries++) {
    table->descriptor = shm_open(table->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, TABLE_MODE);
    if (table->descriptor >= 0) {
      table->writer = true;
      return flock(table->descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    }
    if (errno != EEXIST) return errno;
    int result = remove_stale(table->path);
    if (result != 0) return result;
  }
  return EEXIST;
}

static int fill(struct pl_table *table, const struct pl_table_config *config) {
  size_t size_bytes = size_for(config->row_count_max);
  /* the file-mode creation mask must not keep the group out */
  if (fchmod(table->descriptor, TABLE_MODE) != 0) return errno;
  if (config->group != PL_TABLE_GROUP_NONE &&
      fchown(table->descriptor, (uid_t)-1, config->group) != 0)
    return errno;
  /* taken now: a full /dev/shm is an error here rather than a SIGBUS later */
  int result = posix_fallocate(table->descriptor, 0, (off_t)size_bytes);
  if (result != 0) return result;
  if (!map(table, size_bytes, PROT_READ | PROT_WRITE)) return errno;
  struct pl_table_header *header = table->header;
  header->layout = PL_TABLE_LAYOUT;
  header->header_bytes = sizeof *header;
  header->row_bytes = sizeof(struct pl_table_cell);
  header->row_count_max = config->row_count_max;
  header->writer_pid = (uint32_t)getpid();
  header->policy_version = config->policy_version;
  header->policy_hash = config->policy_hash;
  header->start_ns = config->start_ns;
  table->checked.row_count_max = config->row_count_max;
  /* pairs with the acquire in check_header: the fields above come before the magic */
  atomic_store_explicit(&header->magic, PL_TABLE_MAGIC, memory_order_release);
  return 0;
}

enum pl_status pl_table_create(const struct pl_table_config *config, struct pl_table **ret_table,
                               char *ret_error, size_t error_bytes) {
  const char *name = config->name;
  PL_CHECK(config->row_count_max >= 1 && config->row_count_max <= PL_INSTRUMENTS_MAX);
  if (!pl_table_name_is_sound(name))
    return fail(PL_E_CONFIG, name, "no name for a table", ret_error, error_bytes);
  struct pl_table *table = new_table(name);
  if (table == NULL) return fail(PL_E_MEMORY, name, "no memory", ret_error, error_bytes);
  int result = create_locked(table);
  if (result == 0) result = fill(table, config);
  if (result == 0) {
    *ret_table = table;
    return PL_OK;
  }
  pl_table_close(table);
  if (result == EEXIST)
    return fail(PL_E_CONFIG, name, "another daemon publishes under this name", ret_error,
                error_bytes);
  return fail_errno(name, result, ret_error, error_bytes);
}

enum pl_status pl_table_give(const struct pl_table *table, uid_t user, char *ret_error,
                             size_t error_bytes) {
  if (fchown(table->descriptor, user, (gid_t)-1) == 0) return PL_OK;
  return fail_errno(table->path, errno, ret_error, error_bytes);
}

void pl_table_put(struct pl_table *table, uint32_t index, const struct pl_row *row) {
  PL_CHECK(table->writer && index < table->checked.row_count_max);
  struct pl_table_cell *cell = &table->cells[index];
  pl_seqlock_write(&cell->version, cell->words, row, PL_TABLE_ROW_WORDS);
}

void pl_table_beat(struct pl_table *table, const struct pl_table_beat *beat) {
  PL_CHECK(table->writer);
  pl_seqlock_write(&table->header->beat_version, table->header->beat, beat, PL_TABLE_BEAT_WORDS);
}

/* Copies the header's plain fields and judges them; NULL when they are sound, else what is wrong.
 */
static const char *check_header(struct pl_table *table) {
  const struct pl_table_header *header = table->header;
  /* pairs with the release in fill */
  if (atomic_load_explicit(&header->magic, memory_order_acquire) != PL_TABLE_MAGIC)
    return "not a decision table, or not ready yet";
  struct pl_table_header *checked = &table->checked;
  checked->layout = header->layout;
  checked->header_bytes = header->header_bytes;
  checked->row_bytes = header->row_bytes;
  checked->row_count_max = header->row_count_max;
  checked->writer_pid = header->writer_pid;
  checked->policy_version = header->policy_version;
  checked->policy_hash = header->policy_hash;
  checked->start_ns = header->start_ns;
  if (checked->layout != PL_TABLE_LAYOUT)
    return "another layout: daemon and tool are of different versions";
  if (checked->header_bytes != sizeof *header || checked->row_bytes != sizeof(struct pl_table_cell))
    return "sizes of another build";
  if (checked->row_count_max < 1 || checked->row_count_max > PL_INSTRUMENTS_MAX)
    return "impossible number of rows";
  if (table->size_bytes != size_for(checked->row_count_max)) return "cut short, or too long";
  return NULL;
}

/* Maps what is there and judges it. */
static enum pl_status adopt(struct pl_table *table, const char *name, char *ret_error,
                            size_t error_bytes) {
  struct stat found;
  table->descriptor = shm_open(table->path, O_RDONLY | O_CLOEXEC, 0);
  if (table->descriptor < 0 || fstat(table->descriptor, &found) != 0)
    return fail_errno(name, errno, ret_error, error_bytes);
  if (found.st_size < (off_t)sizeof(struct pl_table_header) ||
      found.st_size > (off_t)size_for(PL_INSTRUMENTS_MAX))
    return fail(PL_E_PROTOCOL, name, "not a decision table, or not ready yet", ret_error,
                error_bytes);
  if (!map(table, (size_t)found.st_size, PROT_READ))
    return fail_errno(name, errno, ret_error, error_bytes);
  const char *why = check_header(table);
  return why == NULL ? PL_OK : fail(PL_E_PROTOCOL, name, why, ret_error, error_bytes);
}

enum pl_status pl_table_open(const char *name, struct pl_table **ret_table, char *ret_error,
                             size_t error_bytes) {
  if (!pl_table_name_is_sound(name))
    return fail(PL_E_CONFIG, name, "no name for a table", ret_error, error_bytes);
  struct pl_table *table = new_table(name);
  if (table == NULL) return fail(PL_E_MEMORY, name, "no memory", ret_error, error_bytes);
  enum pl_status status = adopt(table, name, ret_error, error_bytes);
  if (status == PL_OK)
    *ret_table = table;
  else
    pl_table_close(table);
  return status;
}

const struct pl_table_header *pl_table_header(const struct pl_table *table) {
  return &table->checked;
}

bool pl_table_read_beat(const struct pl_table *table, struct pl_table_beat *ret_beat) {
  struct pl_table_beat beat;
  const struct pl_table_header *header = table->header;
  if (!pl_seqlock_read(&header->beat_version, header->beat, &beat, PL_TABLE_BEAT_WORDS))
    return false;
  if (beat.row_count > table->checked.row_count_max) beat.row_count = table->checked.row_count_max;
  *ret_beat = beat;
  return true;
}

bool pl_table_read_row(const struct pl_table *table, uint32_t index, struct pl_row *ret_row) {
  struct pl_row row;
  if (index >= table->checked.row_count_max) return false;
  const struct pl_table_cell *cell = &table->cells[index];
  if (!pl_seqlock_read(&cell->version, cell->words, &row, PL_TABLE_ROW_WORDS)) return false;
  row.name[PL_NAME_BYTES_MAX - 1] = '\0';
  for (char *at = row.name; *at != '\0'; at++)
    if (*at < ' ' || *at > '~') *at = '?';
  *ret_row = row;
  return true;
}

void pl_table_close(struct pl_table *table) {
  if (table == NULL) return;
  if (table->mapping != NULL) (void)munmap(table->mapping, table->size_bytes);
  if (table->writer) (void)shm_unlink(table->path);
  if (table->descriptor >= 0) (void)close(table->descriptor);
  free(table);
}
