/* A packet, field by field: one JSON object or one line of text a message, and one a packet. */
#ifndef CONTROL_CLI_DECODE_PRINT_H
#define CONTROL_CLI_DECODE_PRINT_H

#include "dataplane/venue/layout.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct pl_decode_printer {
  FILE *out;
  bool json;
  const struct pl_layout *layout;
};

/* pl_decode_print_capture heads a capture's lines.
 *   path    any bytes */
void pl_decode_print_capture(const struct pl_decode_printer *printer, const char *path);

/* pl_decode_print_packet prints a packet's header.
 *   frame   its number in the capture, from 1
 *   data    [size_bytes], the header inside */
void pl_decode_print_packet(const struct pl_decode_printer *printer, uint64_t frame,
                            const uint8_t *data, size_t size_bytes);

/* pl_decode_print_message prints a message.
 *   number  in its packet, from 1 */
void pl_decode_print_message(const struct pl_decode_printer *printer, uint64_t frame,
                             uint32_t number, const struct pl_layout_item *item);

/* pl_decode_print_error prints what is wrong with a packet and where in it. */
void pl_decode_print_error(const struct pl_decode_printer *printer, uint64_t frame,
                           enum pl_status status, size_t offset);

/* pl_decode_print_undecoded prints that a frame holds no packet of the venue, and why. */
void pl_decode_print_undecoded(const struct pl_decode_printer *printer, uint64_t frame,
                               enum pl_status status);

#endif
