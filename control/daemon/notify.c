#include "control/daemon/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int pl_notify_open(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const char *path = getenv("NOTIFY_SOCKET");
  size_t length = path != NULL ? strlen(path) : 0;
  if (length < 2 || length >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@'))
    return -1;
  memcpy(address.sun_path, path, length + 1);
  if (path[0] == '@')
    address.sun_path[0] = '\0'; /* an abstract name, its length says where it ends */
  int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
  if (descriptor < 0 || connect(descriptor, (const struct sockaddr *)&address, size) == 0)
    return descriptor;
  (void)close(descriptor);
  return -1;
}

void pl_notify(int descriptor, const char *state) {
  if (descriptor < 0) return;
  ssize_t ignored = send(descriptor, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT);
  (void)ignored;
}
