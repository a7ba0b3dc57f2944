/* What a replay ends with: one JSON object for machines, a few lines for people. */
#ifndef CONTROL_CLI_REPLAY_REPORT_H
#define CONTROL_CLI_REPLAY_REPORT_H

#include "control/daemon/play.h"

#include <stdio.h>

/* pl_replay_report_json writes one object and a newline.
 *   detected  the venue was told from the bytes */
void pl_replay_report_json(FILE *out, const struct pl_play_config *config, bool detected,
                           const struct pl_play_result *result);

/* pl_replay_report_text writes the channels, the ledger, the proofs, the latencies and the digest.
 */
void pl_replay_report_text(FILE *out, const struct pl_play_config *config, bool detected,
                           const struct pl_play_result *result);

#endif
