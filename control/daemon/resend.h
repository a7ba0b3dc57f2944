/* Asking a venue to send packets again: carries the pipeline's requests to the venue's servers and
 * their answers back, by UDP. What is asked for, and when, is the feed handler's business. Control
 * thread only; nothing here waits. */
#ifndef CONTROL_DAEMON_RESEND_H
#define CONTROL_DAEMON_RESEND_H

#include "control/daemon/yaml.h"
#include "dataplane/feed/feed.h"

#include <netinet/in.h>

#define PL_RESEND_SERVERS_MAX 16
#define PL_RESEND_EVERY       UINT32_MAX /* as a channel: each that no other server is for */

struct pl_resend_config {
  struct pl_resend_server {
    uint32_t channel_id; /* the venue's, or PL_RESEND_EVERY; no two the same */
    struct sockaddr_in address;
  } servers[PL_RESEND_SERVERS_MAX];
  uint32_t count; /* 0: nothing is asked for */
};

struct pl_resend_counters {
  uint64_t requests;    /* sent */
  uint64_t send_errors; /* not sent, whatever the reason */
  uint64_t unserved;    /* of channels that no server is for */
  uint64_t answers, answer_bytes;
  uint64_t answers_no_room; /* came, but found no room or were too long */
  uint64_t receive_errors;  /* mostly: nobody listens at the server's port */
};

struct pl_resend {
  struct pl_resend_config config;
  int sockets[PL_RESEND_SERVERS_MAX]; /* [opened] */
  uint32_t opened;
  struct pl_resend_counters counters;
};

/* Where requests come from and answers go to; the pipeline but for tests. */
struct pl_resend_ends {
  bool (*next_request)(void *context, struct pl_feed_request *ret_request);
  bool (*take_answer)(void *context, const uint8_t *payload, uint32_t size_bytes);
  void *context;
};

/* pl_resend_read reads the configuration's list of servers.
 *   list  its node
 * PL_E_CONFIG with a message of the file's. */
PL_MUST_USE enum pl_status pl_resend_read(struct pl_yaml *yaml, uint32_t list,
                                          struct pl_resend_config *ret_config);

/* pl_resend_open opens one socket a server, connected, so that only its answers come in. Needs no
 * privileges. PL_E_SYSTEM with a line in ret_error, [error_bytes]; pl_resend_close in either case.
 *   resend  zeroed */
PL_MUST_USE enum pl_status pl_resend_open(const struct pl_resend_config *config,
                                          struct pl_resend *resend, char *ret_error,
                                          size_t error_bytes);
void pl_resend_close(struct pl_resend *resend);

/* pl_resend_turn sends what is due and hands over what came; bounded. */
void pl_resend_turn(struct pl_resend *resend, const struct pl_resend_ends *ends);

#endif
