/* plimsoll decode: every message of a capture, field by field. */
#ifndef CONTROL_CLI_DECODE_H
#define CONTROL_CLI_DECODE_H

/* pl_decode_main reads its own options; argv[0] is the verb. Returns the exit code. */
int pl_decode_main(int argc, char **argv);

#endif
