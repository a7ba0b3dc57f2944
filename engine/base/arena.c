#include "engine/base/arena.h"

#include "engine/base/check.h"

#include <sys/mman.h>
#include <unistd.h>

enum pl_status pl_arena_open(size_t size_bytes, struct pl_arena *ret_arena) {
  void *base = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return PL_E_MEMORY;
  (void)madvise(base, size_bytes, MADV_HUGEPAGE); /* a wish: without huge pages it is only slower */
  *ret_arena = (struct pl_arena){.base = base, .size_bytes = size_bytes};
  return PL_OK;
}

void *pl_arena_take(struct pl_arena *arena, size_t size_bytes) {
  size_t rounded_bytes = pl_arena_round(size_bytes);
  PL_CHECK(rounded_bytes >= size_bytes);
  PL_CHECK(rounded_bytes <= arena->size_bytes - arena->used_bytes);
  void *memory = arena->base + arena->used_bytes;
  arena->used_bytes += rounded_bytes;
  return memory;
}

void pl_arena_touch(struct pl_arena *arena) {
  size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
  for (size_t at = 0; at < arena->used_bytes; at += page_bytes) {
    volatile unsigned char *byte = arena->base + at;
    *byte = *byte;
  }
}

void pl_arena_close(struct pl_arena *arena) {
  if (arena->base != NULL) (void)munmap(arena->base, arena->size_bytes);
  *arena = (struct pl_arena){0};
}
