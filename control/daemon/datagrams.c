#include "control/daemon/datagrams.h"

#include "dataplane/feed/udp.h"
#include "dataplane/port/capture.h"

enum pl_status pl_datagrams_open(const char *path, struct pl_datagrams *ret_datagrams,
                                 char *ret_error, size_t error_bytes) {
  struct pl_capture_reader *reader;
  enum pl_status status = pl_capture_reader_open(path, &reader, ret_error, error_bytes);
  if (status == PL_OK) *ret_datagrams = (struct pl_datagrams){.reader = reader};
  return status;
}

bool pl_datagrams_next(struct pl_datagrams *datagrams, struct pl_datagram *ret_datagram) {
  struct pl_frame frame;
  if (!pl_capture_reader_next(datagrams->reader, &frame)) return false;
  ret_datagram->frame = ++datagrams->frames;
  ret_datagram->status = pl_udp_parse(frame.data, frame.size_bytes, &ret_datagram->packet);
  return true;
}

bool pl_datagrams_close(struct pl_datagrams *datagrams) {
  bool tail_cut = pl_capture_reader_tail_cut(datagrams->reader);
  pl_capture_reader_close(datagrams->reader);
  return tail_cut;
}
