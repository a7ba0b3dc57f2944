#include "dataplane/feed/agenda.h"

#include <string.h>

void pl_agenda_merge(struct pl_agenda *agenda, const struct pl_directory *directory) {
  bool seen[PL_AGENDA_SWEEPS][PL_CHANNELS_MAX] = {{false}};
  uint32_t kept = agenda->count;
  for (uint32_t i = agenda->count; i > agenda->at; i--) {
    const struct pl_agenda_item *item = &agenda->items[i - 1];
    PL_CHECK(item->kind < PL_AGENDA_SWEEPS);
    if (!seen[item->kind][item->channel]) {
      seen[item->kind][item->channel] = true;
      agenda->items[--kept] = *item;
      continue;
    }
    for (uint32_t k = kept; k < agenda->count; k++)
      if (agenda->items[k].kind == item->kind && agenda->items[k].channel == item->channel)
        agenda->items[k].instrument = pl_directory_first(directory, item->channel);
  }
  agenda->count -= kept;
  memmove(agenda->items, agenda->items + kept, agenda->count * sizeof *agenda->items);
  agenda->at = 0;
}

void pl_agenda_sweep(struct pl_agenda *agenda, const struct pl_directory *directory,
                     uint32_t channel, enum pl_agenda_kind kind, bool next) {
  uint32_t first = pl_directory_first(directory, channel);
  if (first == PL_INSTRUMENT_NONE) return;
  PL_CHECK(agenda->count < PL_AGENDA_ITEMS_MAX);
  struct pl_agenda_item *item = &agenda->items[next ? agenda->at : agenda->count];
  if (next) memmove(item + 1, item, (agenda->count - agenda->at) * sizeof *item);
  item->kind = (uint8_t)kind;
  item->channel = channel;
  item->instrument = first;
  agenda->count++;
}

bool pl_agenda_waits(const struct pl_agenda *agenda, uint32_t channel, enum pl_agenda_kind kind) {
  for (uint32_t i = agenda->at; i < agenda->count; i++)
    if (agenda->items[i].kind == kind && agenda->items[i].channel == channel) return true;
  return false;
}
