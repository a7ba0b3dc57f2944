/* Counts each thread's calls of the allocator, for a test that preloads it. The counts lie in a
 * file, so that they can be read while the process runs: struct slot, one a thread,
 * PLIMSOLL_COUNTS. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define SLOTS 64

struct slot {
  _Atomic uint64_t thread, calls; /* one writer: the thread; relaxed, since each stands alone */
};

void *__libc_malloc(size_t size_bytes);
void *__libc_calloc(size_t count, size_t size_bytes);
void *__libc_realloc(void *memory, size_t size_bytes);
void *__libc_memalign(size_t alignment, size_t size_bytes);
void __libc_free(void *memory);

static struct slot *slots;
static atomic_uint taken;
static _Thread_local struct slot *own __attribute__((tls_model("initial-exec")));

static __attribute__((constructor)) void open_counts(void) {
  const char *path = getenv("PLIMSOLL_COUNTS");
  int descriptor = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (descriptor < 0 || ftruncate(descriptor, SLOTS * sizeof(struct slot)) != 0) return;
  void *mapping =
      mmap(NULL, SLOTS * sizeof(struct slot), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (mapping != MAP_FAILED) slots = mapping;
  (void)close(descriptor);
}

static void count(void) {
  if (own == NULL && slots != NULL) {
    unsigned at = atomic_fetch_add_explicit(&taken, 1, memory_order_relaxed);
    own = &slots[at < SLOTS ? at : SLOTS - 1];
    atomic_store_explicit(&own->thread, (uint64_t)gettid(), memory_order_relaxed);
  }
  if (own != NULL) atomic_fetch_add_explicit(&own->calls, 1, memory_order_relaxed);
}

void *malloc(size_t size_bytes) {
  count();
  return __libc_malloc(size_bytes);
}

void *calloc(size_t number, size_t size_bytes) {
  count();
  return __libc_calloc(number, size_bytes);
}

void *realloc(void *memory, size_t size_bytes) {
  count();
  return __libc_realloc(memory, size_bytes);
}

void *aligned_alloc(size_t alignment, size_t size_bytes) {
  count();
  return __libc_memalign(alignment, size_bytes);
}

int posix_memalign(void **ret_memory, size_t alignment, size_t size_bytes) {
  count();
  *ret_memory = __libc_memalign(alignment, size_bytes);
  return *ret_memory != NULL ? 0 : 12; /* ENOMEM */
}

void free(void *memory) {
  count();
  __libc_free(memory);
}
