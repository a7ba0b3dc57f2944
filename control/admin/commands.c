#include "control/admin/commands.h"

#include <stddef.h>
#include <string.h>

static const struct pl_commands_row commands[] = {
#define X(sym, number, words, role, argument, shown, help)                                         \
  {PL_VERB_##sym, words, PL_ROLE_##role, PL_ARGUMENT_##argument, shown, help},
    PL_COMMANDS(X)
#undef X
};
#define COMMANDS (sizeof commands / sizeof *commands)

const struct pl_commands_row *pl_commands_at(uint32_t index) {
  return index < COMMANDS ? &commands[index] : NULL;
}

const struct pl_commands_row *pl_commands_find(uint32_t number) {
  for (uint32_t i = 0; i < COMMANDS; i++)
    if ((uint32_t)commands[i].verb == number) return &commands[i];
  return NULL;
}

/* How many arguments a row's words take up; 0 when they are not these. */
static uint32_t words_matched(const char *wanted, char *const *words, uint32_t count) {
  uint32_t used = 0;
  while (*wanted != '\0') {
    size_t length = strcspn(wanted, " ");
    if (used == count || strlen(words[used]) != length || memcmp(words[used], wanted, length) != 0)
      return 0;
    used++;
    wanted += length;
    wanted += strspn(wanted, " ");
  }
  return used;
}

const struct pl_commands_row *pl_commands_match(char *const *words, uint32_t count,
                                                uint32_t *ret_used) {
  for (uint32_t i = 0; i < COMMANDS; i++) {
    uint32_t used = words_matched(commands[i].words, words, count);
    if (used == 0) continue;
    *ret_used = used;
    return &commands[i];
  }
  return NULL;
}
