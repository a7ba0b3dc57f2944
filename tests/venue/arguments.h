/* The command line of plimsoll-exchange. */
#ifndef PL_TESTS_VENUE_ARGUMENTS_H
#define PL_TESTS_VENUE_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/venue/exchange.h"
#include "tests/venue/load.h"

struct pl_arguments {
  struct pl_exchange_config exchange;
  struct pl_load_config load; /* wire NULL: the derivatives exchange instead */
  uint64_t seconds;           /* feed time; 0: until a signal, live only */
  uint32_t speed_permille;    /* live only */
  const char *path;           /* of the pcap file, NULL when live */
  const char *interface;      /* NULL when writing a file */
  bool help;                  /* print the usage and succeed */
};

/* What --help prints. */
extern const char pl_arguments_usage[];

/* Reads the command line.
 *   argument  [count] as main has them; the strings are kept by pointer
 *   ret_error why it was refused: one line, static or from the command line, never NULL then
 * Returns false on bad usage with ret_arguments untouched. */
bool pl_arguments_parse(int count, char *const *argument, struct pl_arguments *ret_arguments,
                        const char **ret_error);

#endif
