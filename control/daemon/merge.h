/* Several captures as one stream: the frame with the earliest stamp always comes next, line A
 * before line B where stamps are equal. A file whose time goes back is followed as it stands: its
 * next frame is then the earliest. One thread. */
#ifndef CONTROL_DAEMON_MERGE_H
#define CONTROL_DAEMON_MERGE_H

#include "engine/base/frame.h"
#include "engine/base/limits.h"

#include <stdbool.h>
#include <stdint.h>

#define PL_MERGE_SOURCES_MAX 8

struct pl_merge_source {
  /* Takes the frames that are there. They stay until it is called again.
   *   ret_frames  [PL_BURST_FRAMES_MAX]
   *   ret_ended   nothing comes after these
   * Returns how many; 0 may mean that more will come. */
  uint32_t (*burst)(void *context, struct pl_frame *ret_frames, bool *ret_ended);
  void *context;
};

struct pl_merge {
  uint32_t count;
  struct pl_merge_input {
    struct pl_merge_source source;
    struct pl_frame frames[PL_BURST_FRAMES_MAX];
    uint32_t at, count;
    bool ended;
  } inputs[PL_MERGE_SOURCES_MAX];
};

/* pl_merge_init begins a stream.
 *   sources  [count], 1..PL_MERGE_SOURCES_MAX; copied, their contexts must stay */
void pl_merge_init(struct pl_merge *merge, const struct pl_merge_source *sources, uint32_t count);

/* pl_merge_take takes what comes next, as much of it as is certain.
 *   ret_frames  [PL_BURST_FRAMES_MAX], in order, of all sources; they stay until the next call
 * Returns how many; 0 when a source has nothing just now, or at the end. */
uint32_t pl_merge_take(struct pl_merge *merge, struct pl_frame *ret_frames);

/* pl_merge_ended tells whether every frame of every source was taken. */
bool pl_merge_ended(const struct pl_merge *merge);

#endif
