#include "control/admin/listen.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOCKET_MODE    0660
#define CLIENTS_QUEUED 16

enum pl_status pl_listen_address(const char *path, struct sockaddr_un *ret_address) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(path);
  if (length == 0 || length >= sizeof address.sun_path) return PL_E_CONFIG;
  memcpy(address.sun_path, path, length + 1);
  *ret_address = address;
  return PL_OK;
}

/* Whether somebody listens at an address. */
static bool answers(const struct sockaddr_un *address) {
  int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return true; /* not known: leave it alone */
  bool refused = connect(descriptor, (const struct sockaddr *)address, sizeof *address) != 0 &&
                 errno == ECONNREFUSED;
  (void)close(descriptor);
  return !refused;
}

static int bind_to(int descriptor, const struct sockaddr_un *address) {
  return bind(descriptor, (const struct sockaddr *)address, sizeof *address) == 0 ? 0 : errno;
}

/* Binds, in place of what a dead daemon left. Returns 0, an errno, or EADDRINUSE for a living one.
 */
static int bind_or_replace(int descriptor, const struct sockaddr_un *address) {
  struct stat found;
  int result = bind_to(descriptor, address);
  if (result != EADDRINUSE) return result;
  if (lstat(address->sun_path, &found) != 0 || !S_ISSOCK(found.st_mode)) return EEXIST;
  if (answers(address)) return EADDRINUSE;
  if (unlink(address->sun_path) != 0) return errno;
  return bind_to(descriptor, address);
}

static enum pl_status explain(const char *path, int number, char *ret_error, size_t error_bytes) {
  enum pl_status status = PL_E_SYSTEM;
  const char *why = strerror(number);
  if (number == EADDRINUSE) status = PL_E_CONFIG, why = "a daemon answers there already";
  if (number == ENOENT) why = "its folder does not exist: make it, or name another admin_socket";
  if (number == EEXIST) status = PL_E_CONFIG, why = "something else than a socket lies there";
  if (number == EACCES || number == EPERM) status = PL_E_DENIED;
  (void)snprintf(ret_error, error_bytes, "admin socket %s: %s", path, why);
  return status;
}

enum pl_status pl_listen_open(const char *path, gid_t group, int *ret_descriptor, char *ret_error,
                              size_t error_bytes) {
  struct sockaddr_un address;
  if (pl_listen_address(path, &address) != PL_OK) {
    (void)snprintf(ret_error, error_bytes, "admin socket: a path has 1 to %zu characters",
                   sizeof address.sun_path - 1);
    return PL_E_CONFIG;
  }
  int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return explain(path, errno, ret_error, error_bytes);
  /* before bind, so that the socket is never open to more than this; after it, for what the mask
   * took away */
  int result = fchmod(descriptor, SOCKET_MODE) == 0 ? 0 : errno;
  if (result == 0) result = bind_or_replace(descriptor, &address);
  if (result == 0 && chmod(path, SOCKET_MODE) != 0) result = errno;
  if (result == 0 && group != (gid_t)-1 && chown(path, (uid_t)-1, group) != 0) result = errno;
  if (result == 0 && listen(descriptor, CLIENTS_QUEUED) != 0) result = errno;
  if (result != 0) {
    (void)close(descriptor);
    return explain(path, result, ret_error, error_bytes);
  }
  *ret_descriptor = descriptor;
  return PL_OK;
}
