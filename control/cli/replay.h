/* plimsoll replay: captures in, decisions out, no daemon. */
#ifndef CONTROL_CLI_REPLAY_H
#define CONTROL_CLI_REPLAY_H

/* pl_replay_main runs the verb.
 *   argv  argv[0] is "replay"
 * Returns the exit code: 0, 1 failed, 2 usage. */
int pl_replay_main(int argc, char **argv);

#endif
