#include "dataplane/venue/layout_walk.h"

#include <string.h>

static const struct pl_layout *const layouts[] = {
    &pl_layout_deribit, &pl_layout_cme, &pl_layout_itch, &pl_layout_deep, &pl_layout_starbase};

static const struct pl_layout_field month_year[] = {
    {"year", 0, 2, UINT, 0},
    {"month", 2, 1, UINT, 0},
    {"day", 3, 1, UINT, 0},
    {"week", 4, 1, UINT, 0},
};
const struct pl_layout_fields pl_layout_month_year = PL_LAYOUT_ROWS(month_year);

const struct pl_layout *pl_layout_at(uint32_t index) {
  return index < sizeof layouts / sizeof layouts[0] ? layouts[index] : NULL;
}

const struct pl_layout *pl_layout_find(const char *venue) {
  for (uint32_t i = 0; pl_layout_at(i) != NULL; i++)
    if (strcmp(layouts[i]->venue, venue) == 0) return layouts[i];
  return NULL;
}

const struct pl_layout_message *pl_layout_message_find(const struct pl_layout *layout,
                                                       uint16_t id) {
  for (uint32_t t = 0; t < layout->message_tables; t++)
    for (uint32_t i = 0; i < layout->messages[t]->count; i++)
      if (layout->messages[t]->rows[i].id == id) return &layout->messages[t]->rows[i];
  return NULL;
}

uint64_t pl_layout_uint(const uint8_t *at, uint32_t size_bytes, bool big_endian) {
  uint64_t value = 0;
  for (uint32_t i = 0; i < size_bytes; i++)
    value = value << 8 | at[big_endian ? i : size_bytes - 1 - i];
  return value;
}

int64_t pl_layout_int(const uint8_t *at, uint32_t size_bytes, bool big_endian) {
  uint64_t value = pl_layout_uint(at, size_bytes, big_endian);
  uint64_t sign = UINT64_C(1) << (8 * size_bytes - 1);
  return (int64_t)((value ^ sign) - sign);
}

enum pl_status pl_layout_begin(const struct pl_layout *layout, const uint8_t *data,
                               size_t size_bytes, struct pl_layout_cursor *ret_cursor) {
  if (size_bytes < layout->head_bytes) return PL_E_TRUNCATED;
  struct pl_layout_cursor cursor = {.layout = layout,
                                    .data = data,
                                    .size_bytes = size_bytes,
                                    .at = layout->head_bytes,
                                    .end = size_bytes,
                                    .messages_due = UINT32_MAX};
  enum pl_status status = layout->walker->begin(&cursor);
  if (status != PL_OK) return status;
  cursor.cut = cursor.end > size_bytes;
  if (cursor.cut) cursor.end = size_bytes;
  *ret_cursor = cursor;
  return PL_OK;
}

bool pl_layout_more(const struct pl_layout_cursor *cursor) {
  return cursor->at < cursor->end && cursor->messages_due > 0;
}

enum pl_status pl_layout_next(struct pl_layout_cursor *cursor, struct pl_layout_item *ret_item) {
  *ret_item = (struct pl_layout_item){.offset = cursor->at, .head = cursor->data + cursor->at};
  if (cursor->end - cursor->at < cursor->layout->message_head_bytes) return PL_E_TRUNCATED;
  enum pl_status status = cursor->layout->walker->next(cursor, ret_item);
  if (ret_item->size_bytes == 0) return status;
  cursor->at += ret_item->size_bytes;
  if (cursor->messages_due != UINT32_MAX) cursor->messages_due--;
  return status;
}

enum pl_status pl_layout_end(const struct pl_layout_cursor *cursor) {
  if (cursor->cut) return PL_E_TRUNCATED;
  if (cursor->messages_due != 0 && cursor->messages_due != UINT32_MAX) return PL_E_TRUNCATED;
  return cursor->at < cursor->size_bytes ? PL_E_TRAILING : PL_OK;
}

enum pl_status pl_layout_take_size(const struct pl_layout_cursor *cursor,
                                   struct pl_layout_item *item, size_t size_bytes) {
  if (size_bytes < cursor->layout->message_head_bytes) return PL_E_BLOCK;
  if (size_bytes > cursor->end - cursor->at) return PL_E_TRUNCATED;
  item->size_bytes = size_bytes;
  return PL_OK;
}

enum pl_status pl_layout_take_groups(const struct pl_layout_cursor *cursor, size_t at, size_t end,
                                     struct pl_layout_item *item, size_t *ret_at) {
  const struct pl_layout_groups *groups = &item->message->groups;
  for (uint32_t i = 0; i < groups->count; i++) {
    const struct pl_layout_group *group = &groups->rows[i];
    const struct pl_layout_dimension *dimension = &group->dimension;
    if (item->version < group->since) continue;
    if (end - at < dimension->bytes) return PL_E_BLOCK;
    const uint8_t *head = cursor->data + at;
    uint32_t entry_bytes = (uint32_t)pl_layout_uint(head, 2, false);
    uint32_t count =
        (uint32_t)pl_layout_uint(head + dimension->count_at, dimension->count_bytes, false);
    at += dimension->bytes;
    if (entry_bytes == 0 && count != 0) return PL_E_BLOCK;
    if (end - at < (size_t)entry_bytes * count) return PL_E_BLOCK;
    item->groups[item->group_count].group = group;
    item->groups[item->group_count].entries = cursor->data + at;
    item->groups[item->group_count].entry_bytes = entry_bytes;
    item->groups[item->group_count].count = count;
    item->group_count++;
    at += (size_t)entry_bytes * count;
  }
  *ret_at = at;
  return PL_OK;
}

enum pl_status pl_layout_take_fixed(struct pl_layout_item *item, uint32_t size_bytes) {
  item->block_bytes = size_bytes;
  if (item->message == NULL) {
    item->rest_bytes = size_bytes;
    return PL_OK;
  }
  if (size_bytes < item->message->block_bytes) return PL_E_BLOCK;
  item->rest_bytes = size_bytes - item->message->block_bytes;
  return PL_OK;
}
