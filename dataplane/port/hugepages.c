#include "dataplane/port/hugepages.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>

#define PAGE_SIZES_MAX   8
#define PAGE_KB_COMMON   2048 /* what the advice names when the host offers several sizes */
#define COUNT_PATH_BYTES 512

struct page_size {
  uint64_t page_kb;
  uint64_t total;
  uint64_t free;
};

static uint64_t read_count(const char *dir, const char *size_dir, const char *file) {
  char path[COUNT_PATH_BYTES];
  int length = snprintf(path, sizeof(path), "%s/%s/%s", dir, size_dir, file);
  if (length < 0 || (size_t)length >= sizeof(path)) return 0;
  FILE *stream = fopen(path, "re");
  if (stream == NULL) return 0;
  uint64_t count = 0;
  if (fscanf(stream, "%" SCNu64, &count) != 1) count = 0;
  fclose(stream);
  return count;
}

static uint32_t read_sizes(const char *dir, struct page_size *ret_sizes) {
  DIR *listing = opendir(dir);
  if (listing == NULL) return 0;
  uint32_t sizes = 0;
  for (const struct dirent *entry = readdir(listing); entry != NULL && sizes < PAGE_SIZES_MAX;
       entry = readdir(listing)) {
    uint64_t page_kb;
    if (sscanf(entry->d_name, "hugepages-%" SCNu64 "kB", &page_kb) != 1 || page_kb == 0) continue;
    ret_sizes[sizes++] = (struct page_size){
        .page_kb = page_kb,
        .total = read_count(dir, entry->d_name, "nr_hugepages"),
        .free = read_count(dir, entry->d_name, "free_hugepages"),
    };
  }
  closedir(listing);
  return sizes;
}

enum pl_status pl_hugepages_check(const char *dir, uint32_t need_mb, char *ret_error,
                                  size_t error_bytes) {
  struct page_size sizes[PAGE_SIZES_MAX];
  uint32_t count = read_sizes(dir, sizes);
  uint64_t need_kb = (uint64_t)need_mb * 1024;
  const struct page_size *advised = NULL;
  for (uint32_t i = 0; i < count; i++) {
    if (sizes[i].free * sizes[i].page_kb >= need_kb) return PL_OK;
    if (advised == NULL || sizes[i].page_kb == PAGE_KB_COMMON) advised = &sizes[i];
  }
  if (advised == NULL) {
    snprintf(ret_error, error_bytes,
             "this kernel offers no hugepages (%s): use the embedded profile, which needs none",
             dir);
    return PL_E_MEMORY;
  }
  uint64_t need_pages = (need_kb + advised->page_kb - 1) / advised->page_kb;
  uint64_t more_pages = need_pages - advised->free;
  snprintf(ret_error, error_bytes,
           "%u MB of hugepages needed, but %" PRIu64 " of %" PRIu64 " pages of %" PRIu64
           " kB are free: run 'echo %" PRIu64 " | sudo tee %s/hugepages-%" PRIu64
           "kB/nr_hugepages', or use the embedded profile",
           need_mb, advised->free, advised->total, advised->page_kb, advised->total + more_pages,
           dir, advised->page_kb);
  return PL_E_MEMORY;
}
