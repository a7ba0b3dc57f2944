/* What the tool prints when a verb is done, and the code it exits with. */
#ifndef CONTROL_CLI_REPORT_H
#define CONTROL_CLI_REPORT_H

#include "control/cli/options.h"
#include "engine/base/status.h"

#include <jansson.h>

/* pl_report_json prints an object as one line. */
void pl_report_json(FILE *out, const json_t *object);

/* pl_report_failure says what went wrong and what to do next: on stderr, or as JSON on stdout.
 *   error  one line, without the program's name
 * Returns the exit code of the status. */
int pl_report_failure(const struct pl_options *options, enum pl_status status, bool timed_out,
                      const char *error);

/* pl_report_status, pl_report_policy print a daemon's reply as text. */
void pl_report_status(FILE *out, const json_t *reply);
void pl_report_policy(FILE *out, const json_t *reply);

#define PL_REPORT_FEEDS_LINES 8 /* around the rows, the cursor's own included */

/* pl_report_feeds prints the ledger, the totals and the channels, at most rows_max of them. */
void pl_report_feeds(FILE *out, const json_t *reply, uint32_t rows_max);

#endif
