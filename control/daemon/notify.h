/* Telling the service manager, if there is one. */
#ifndef CONTROL_DAEMON_NOTIFY_H
#define CONTROL_DAEMON_NOTIFY_H

/* pl_notify sends a state (READY=1, STOPPING=1) to the socket that NOTIFY_SOCKET names, as
 * sd_notify(3) does; without one it does nothing. A failure is nobody's business. */
void pl_notify(const char *state);

#endif
