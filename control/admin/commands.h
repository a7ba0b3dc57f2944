/* Every verb of the operator's tool, in one table: from it come the numbers on the wire, who may,
 * what arguments there are, and the help. */
#ifndef CONTROL_ADMIN_COMMANDS_H
#define CONTROL_ADMIN_COMMANDS_H

#include <stdint.h>

/* What it takes to use a verb. */
enum pl_role {
  PL_ROLE_LOCAL,   /* does not reach a daemon's socket */
  PL_ROLE_VIEW,    /* anyone who may connect */
  PL_ROLE_OPERATE, /* root, the daemon's own user, and whom its configuration names */
};

enum pl_argument {
  PL_ARGUMENT_NONE,
  PL_ARGUMENT_MODE,       /* enum pl_mode by name */
  PL_ARGUMENT_INSTRUMENT, /* by name */
  PL_ARGUMENT_FILE,
  PL_ARGUMENT_REST, /* the verb reads its own */
};

/* symbol, number on the wire (never used again for another verb), words, role, argument, how the
 * argument is shown, help */
#define PL_COMMANDS(X)                                                                             \
  X(REPLAY, 1, "replay", LOCAL, REST, "[OPTIONS] CAPTURE...",                                      \
    "run captures through the same pipeline, without a daemon")                                    \
  X(DECODE, 11, "decode", LOCAL, REST, "[OPTIONS] CAPTURE...",                                     \
    "print every message of captures, field by field")                                             \
  X(STATUS, 2, "status", VIEW, NONE, "", "what the daemon runs on, and its counters")              \
  X(FEEDS, 12, "feeds", VIEW, NONE, "[--watch]", "the feed's channels: what was lost and filled")  \
  X(TABLE, 3, "table", LOCAL, NONE, "[--watch]", "the decision table, from shared memory")         \
  X(POLICY_SHOW, 4, "policy show", VIEW, NONE, "", "the limits in force")                          \
  X(POLICY_CHECK, 5, "policy check", LOCAL, FILE, "FILE", "check a policy file, without a daemon") \
  X(MODE, 6, "mode", OPERATE, MODE, "static|monitor|autonomous", "change what is published")       \
  X(FREEZE, 7, "freeze", OPERATE, INSTRUMENT, "INSTRUMENT", "hold it at its static limits")        \
  X(THAW, 8, "thaw", OPERATE, INSTRUMENT, "INSTRUMENT", "let the model speak for it again")        \
  X(CAPTURE, 14, "capture", OPERATE, REST, "[OPTIONS] FILE",                                       \
    "write what the daemon is receiving to a pcapng file")                                         \
  X(QUIT, 9, "quit", OPERATE, NONE, "", "end the daemon")                                          \
  X(HELP, 10, "help", LOCAL, NONE, "", "this text")

enum pl_verb {
#define X(sym, number, words, role, argument, shown, help) PL_VERB_##sym = number,
  PL_COMMANDS(X)
#undef X
};

struct pl_commands_row {
  enum pl_verb verb;
  const char *words;
  enum pl_role role;
  enum pl_argument argument;
  const char *shown, *help;
};

/* pl_commands_at lists the table: the row at index, NULL past the last. */
const struct pl_commands_row *pl_commands_at(uint32_t index);

/* pl_commands_find returns the row of a number from the wire, NULL when there is none. */
const struct pl_commands_row *pl_commands_find(uint32_t number);

/* pl_commands_match finds the row whose words the arguments begin with.
 *   words      [count] as they stand on a command line
 *   ret_used   how many of them were the verb's
 *   returns    NULL when there is none */
const struct pl_commands_row *pl_commands_match(char *const *words, uint32_t count,
                                                uint32_t *ret_used);

#endif
