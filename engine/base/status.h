/* Status codes: one row gives the code, its name in counters, JSON and logs, and what the operator
 * can do about it. A frame that is not decoded is dropped under exactly one of these names. */
#ifndef ENGINE_BASE_STATUS_H
#define ENGINE_BASE_STATUS_H

#define PL_STATUS_MAP(X)                                                                           \
  X(OK, "ok", "nothing to do")                                                                     \
  /* frames */                                                                                     \
  X(E_OVERSIZE, "oversize", "frame larger than the receive buffers: check the port's MTU")         \
  X(E_RUNT, "runt", "frame shorter than its headers: check the cable and the capture length")      \
  X(E_NOT_IPV4, "not_ipv4", "not IPv4: narrow what reaches the port")                              \
  X(E_NOT_UDP, "not_udp", "not UDP: narrow what reaches the port")                                 \
  X(E_NOT_MULTICAST, "not_multicast", "not sent to a multicast group: no venue's feed is")         \
  X(E_FOREIGN_GROUP, "foreign_group", "sent to a group and port that the configuration lacks")     \
  X(E_FRAGMENT, "fragment", "IP fragment: the venue's MTU does not fit the path")                  \
  X(E_IP_LENGTH, "ip_length", "IP or UDP length disagrees with the frame")                         \
  /* venue packets and messages */                                                                 \
  X(E_PACKET_HEADER, "packet_header", "not this venue's packet: check --venue and the groups")     \
  X(E_TRUNCATED, "truncated", "packet ends inside a message: check the feed line")                 \
  X(E_TRAILING, "trailing", "bytes left over after the last message: check the venue's version")   \
  X(E_SCHEMA, "schema", "unknown schema id: check the venue's version")                            \
  X(E_BLOCK, "block", "message block shorter than its template: check the venue's version")        \
  X(E_VALUE, "value", "a field outside its declared values: quarantine the feed line")             \
  X(E_TOO_MANY, "too_many", "more messages or events in one packet than the bounds allow")         \
  X(E_DUPLICATE, "duplicate", "already seen: normal with two lines")                               \
  X(E_LATE, "late", "older than the run of the channel: normal after a restart")                   \
  X(E_CHANNELS_FULL, "channels_full", "more channels than PL_CHANNELS_MAX: shard the feed")        \
  X(E_RING_FULL, "ring_full", "the engine core fell behind: give it a core of its own")            \
  /* numbers */                                                                                    \
  X(E_NAN, "nan", "not a number or infinite where a number must be")                               \
  X(E_RANGE, "range", "number outside what fixed point can hold")                                  \
  /* files, ports, operators */                                                                    \
  X(E_NO_FILE, "no_file", "cannot open the file: check the path and the rights")                   \
  X(E_NOT_CAPTURE, "not_capture", "not a pcap or pcapng file of Ethernet frames")                  \
  X(E_COMPRESSED, "compressed", "the compressed file is cut or damaged: fetch it again")           \
  X(E_TOO_LARGE, "too_large", "inflates to more than the bound: inflate it to a file first")       \
  X(E_EMPTY, "empty", "the file holds nothing")                                                    \
  X(E_PORT, "port", "the port cannot be opened: check driver, interface and privileges")           \
  X(E_MEMORY, "memory", "not enough memory")                                                       \
  X(E_CONFIG, "config", "the configuration is wrong at the line named")                            \
  X(E_UNREACHABLE, "unreachable", "the daemon does not answer: is plimsolld running?")             \
  X(E_DENIED, "denied", "the operator's user may not do this")                                     \
  X(E_PROTOCOL, "protocol", "malformed or foreign message on the admin socket")                    \
  X(E_NOT_FOUND, "not_found", "no such instrument or name")                                        \
  X(E_BUSY, "busy", "there is one at work already: wait for its end, or end it")                   \
  X(E_SYSTEM, "system", "a system call failed: see the line's errno")

enum pl_status {
#define X(sym, name, hint) PL_##sym,
  PL_STATUS_MAP(X)
#undef X
      PL_STATUS_COUNT
};

/* pl_status_name returns the code's name as it stands in counters and JSON; "?" for no code. */
const char *pl_status_name(enum pl_status status);

/* pl_status_hint returns what the operator can do about it, one clause without a full stop. */
const char *pl_status_hint(enum pl_status status);

#define PL_MUST_USE __attribute__((warn_unused_result))

#endif
