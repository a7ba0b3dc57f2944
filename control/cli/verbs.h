/* The verbs of the tool but replay. Each prints its result and returns the exit code. */
#ifndef CONTROL_CLI_VERBS_H
#define CONTROL_CLI_VERBS_H

#include "control/cli/options.h"

/* pl_verbs_ask carries out a verb that the daemon answers: status, feeds (with --watch until
 * SIGINT), policy show, mode, freeze, thaw, quit. */
int pl_verbs_ask(const struct pl_options *options);

/* pl_verbs_table shows the decision table from shared memory; with --watch until SIGINT. */
int pl_verbs_table(const struct pl_options *options);

/* pl_verbs_capture copies what the daemon is receiving to a file until it is ended. */
int pl_verbs_capture(const struct pl_options *options);

/* pl_verbs_policy_check judges a policy file. */
int pl_verbs_policy_check(const struct pl_options *options);

#endif
