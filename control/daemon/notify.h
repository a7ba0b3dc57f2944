/* Telling the service manager, if there is one. */
#ifndef CONTROL_DAEMON_NOTIFY_H
#define CONTROL_DAEMON_NOTIFY_H

/* pl_notify_open connects to the socket that NOTIFY_SOCKET names; -1 when there is none. What fails
 * is nobody's business. */
int pl_notify_open(void);

/* pl_notify sends a state (READY=1, STOPPING=1), as sd_notify(3) does; to -1 it does nothing. */
void pl_notify(int descriptor, const char *state);

#endif
