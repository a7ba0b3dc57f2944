/* The command line of plimsoll-exchange. */
#ifndef PL_TESTS_VENUE_ARGUMENTS_H
#define PL_TESTS_VENUE_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/venue/exchange.h"
#include "tests/venue/gateway_live.h"
#include "tests/venue/impair_pair.h"
#include "tests/venue/load.h"

struct pl_arguments {
  struct pl_exchange_config exchange;
  struct pl_load_config load; /* wire NULL: the derivatives exchange instead */
  uint64_t seconds;           /* feed time; 0: until a signal, live only */
  uint32_t speed_permille;    /* live only */
  /* By line; B's may be NULL. */
  const char *paths[PL_IMPAIR_LINES];      /* of pcap files, NULL when live */
  const char *interfaces[PL_IMPAIR_LINES]; /* NULL when writing files */
  struct pl_impair_config impair[PL_IMPAIR_LINES];
  bool is_impaired; /* some option of impairment was given */
  bool resends;     /* live only: requests are answered at */
  struct sockaddr_in resend;
  bool help; /* print the usage and succeed */
};

/* Prints what --help prints. */
void pl_arguments_usage(FILE *out);

/* Reads the command line.
 *   argument  [count] as main has them; the strings are kept by pointer
 *   ret_error why it was refused: one line, valid until the next call, never NULL then
 * Returns false on bad usage with ret_arguments untouched. */
bool pl_arguments_parse(int count, char *const *argument, struct pl_arguments *ret_arguments,
                        const char **ret_error);

#endif
