/* Where a daemon is found when nobody says otherwise: the one place that knows. */
#ifndef CONTROL_ADMIN_DEFAULTS_H
#define CONTROL_ADMIN_DEFAULTS_H

#define PL_DEFAULT_SOCKET     "/run/plimsoll/admin.sock"
#define PL_DEFAULT_TABLE      "main"
#define PL_ENVIRONMENT_SOCKET "PLIMSOLL_SOCKET"
#define PL_ENVIRONMENT_TABLE  "PLIMSOLL_TABLE"
#define PL_DEFAULT_TIMEOUT_MS 5000

#endif
