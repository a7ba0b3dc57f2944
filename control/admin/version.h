/* The version that binaries, replies and logs show. */
#ifndef CONTROL_ADMIN_VERSION_H
#define CONTROL_ADMIN_VERSION_H

#define PL_VERSION "0.1.0"

#endif
