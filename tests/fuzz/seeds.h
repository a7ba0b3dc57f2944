/* Seeds: inputs of the fuzzers, made of pieces as tests/fuzz/body.h reads them. For make_corpus. */
#ifndef TESTS_FUZZ_SEEDS_H
#define TESTS_FUZZ_SEEDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_SEED_BYTES 4096
#define PL_SEED_RUNS  16 /* runs of packets from different places of one stream, a file each */
#define PL_SEED_DAY   64 /* number of the first file of a generated day */

/* Bits of a packet's control byte. */
enum pl_seed_control {
  PL_SEED_TORN = 1,  /* a packet is missing before this one */
  PL_SEED_WHOLE = 2, /* the run was followed from its beginning */
};

struct pl_seed {
  uint8_t bytes[PL_SEED_BYTES];
  size_t size_bytes;
};

/* pl_seed_piece appends a piece; false, and nothing appended, when the seed is full. */
bool pl_seed_piece(struct pl_seed *seed, uint8_t control, const uint8_t *bytes, size_t size_bytes);

/* pl_seed_write writes FOLDER/TARGET/seed-NUMBER; what cannot be written ends the program, as
 * with pl_seed_folder, which makes a folder that may be there. */
void pl_seed_write(const struct pl_seed *seed, const char *folder, const char *target,
                   uint32_t number);
void pl_seed_folder(const char *path);

/* Each writes seeds below PL_SEED_DAY of one venue: every message that its decoder knows, alone and
 * in runs that belong together. (pl_seeds_deribit leaves the first PL_SEED_RUNS numbers free.) */
void pl_seeds_deribit(const char *folder);
void pl_seeds_cme(const char *folder);
void pl_seeds_itch(const char *folder);
void pl_seeds_deep(const char *folder);
void pl_seeds_starbase(const char *folder);

/* pl_seeds_lines writes schedules for fuzz_lines. */
void pl_seeds_lines(const char *folder);

/* pl_seeds_day writes PL_SEED_RUNS runs of a generated day on a venue's wire: its definitions, then
 * some packets that follow each other. Nothing for a venue that no day goes out on. */
void pl_seeds_day(const char *folder, const char *venue);

#endif
