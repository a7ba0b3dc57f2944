/* A snapshot cell: one writer, any number of readers that never hold it up. The writer makes the
 * version odd, writes, makes it even; a reader that saw it odd or changed reads again. Payload
 * words are relaxed atomics, so a torn read is defined, detected and thrown away. */
#ifndef ENGINE_BASE_SEQLOCK_H
#define ENGINE_BASE_SEQLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define PL_SEQLOCK_TRIES_MAX 1000

/* pl_seqlock_write publishes word_count words.
 *   version, cell  the cell; memory may be shared between processes
 *   words          the new payload, [word_count]
 * The writer thread only. */
static inline void pl_seqlock_write(_Atomic uint64_t *version, _Atomic uint64_t *cell,
                                    const void *words, uint32_t word_count) {
  uint64_t now = atomic_load_explicit(version, memory_order_relaxed); /* we are its only writer */
  atomic_store_explicit(version, now + 1, memory_order_relaxed);
  /* pairs with the reader's acquire fence: a reader that saw a new word sees the odd version */
  atomic_thread_fence(memory_order_release);
  const unsigned char *from = words;
  for (uint32_t i = 0; i < word_count; i++) {
    uint64_t word;
    memcpy(&word, from + i * sizeof word, sizeof word);
    atomic_store_explicit(&cell[i], word, memory_order_relaxed);
  }
  /* pairs with the reader's acquire load: an even version comes after the whole payload */
  atomic_store_explicit(version, now + 2, memory_order_release);
}

/* pl_seqlock_read copies a whole payload out.
 *   ret_words  [word_count]; torn on failure, so not to be used then
 *   returns    false when nothing was ever written, or the writer kept writing for
 *              PL_SEQLOCK_TRIES_MAX tries (it died in between, or the reader is starved)
 * Any thread, any process. */
static inline bool pl_seqlock_read(const _Atomic uint64_t *version, const _Atomic uint64_t *cell,
                                   void *ret_words, uint32_t word_count) {
  unsigned char *to = ret_words;
  for (uint32_t tries = 0; tries < PL_SEQLOCK_TRIES_MAX; tries++) {
    uint64_t before = atomic_load_explicit(version, memory_order_acquire); /* pairs with +2 */
    if (before == 0) return false;
    if (before & 1) continue;
    for (uint32_t i = 0; i < word_count; i++) {
      uint64_t word = atomic_load_explicit(&cell[i], memory_order_relaxed);
      memcpy(to + i * sizeof word, &word, sizeof word);
    }
    atomic_thread_fence(memory_order_acquire); /* pairs with the writer's release fence */
    if (atomic_load_explicit(version, memory_order_relaxed) == before) return true;
  }
  return false;
}

#endif
