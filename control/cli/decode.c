#include "control/cli/decode.h"

#include "control/cli/captures.h"
#include "control/cli/decode_print.h"
#include "control/cli/decode_report.h"
#include "control/cli/options.h"
#include "control/daemon/datagrams.h"
#include "control/daemon/detect.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define ERROR_BYTES  1024
#define NAMES_BYTES  256
#define BUFFER_BYTES (1 << 20)

static const char usage[] =
    "usage: plimsoll decode [options] CAPTURE...\n"
    "\n"
    "Prints every message of captures (pcap, pcapng, ITCH day files; plain, gzip or zstd), field "
    "by\n"
    "field, raw.\n"
    "\n"
    "  --venue NAME  whose feed it is; default: detected in the first capture; known:\n"
    "                %s\n"
    "  --json        one JSON object a packet, message and error; the summary is the last one\n"
    "  --layouts     print the field tables instead, one JSON object a line\n"
    "  --help        this text\n"
    "\n"
    "Exit: 0 ok, 1 a capture cannot be read, 2 usage, or the venue cannot be told.\n";

struct decode {
  struct pl_decode_printer printer;
  struct pl_decode_sum sum;
  bool layouts, detected;
  char **captures;    /* [capture_count] as named */
  const char **paths; /* of what is read for them, [capture_count] */
  int capture_count;
};

static int usage_error(const char *message, const char *what) {
  (void)fprintf(stderr, "plimsoll decode: %s%s%s (see plimsoll decode --help)\n", message,
                what[0] != '\0' ? ": " : "", what);
  return PL_EXIT_USAGE;
}

static int parse_venue(struct decode *decode, const char *name) {
  char names[NAMES_BYTES];
  decode->printer.layout = pl_layout_find(name);
  if (decode->printer.layout != NULL) return 0;
  pl_detect_names(&pl_detect_layouts, " ", names, sizeof names);
  (void)fprintf(stderr, "plimsoll decode: no such venue: %s; known: %s\n", name, names);
  return PL_EXIT_USAGE;
}

static void help(void) {
  char names[NAMES_BYTES];
  pl_detect_names(&pl_detect_layouts, ", ", names, sizeof names);
  (void)printf(usage, names);
}

/* Returns 0 to go on, -1 when help was asked for, else the exit code. */
static int parse(struct decode *decode, int argc, char **argv) {
  static const struct option options[] = {{"venue", required_argument, NULL, 'v'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"layouts", no_argument, NULL, 'l'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  int option, code = 0;
  optind = 0; /* the verb's own arguments, from their start */
  opterr = 0;
  while (code == 0 && (option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
    switch (option) {
    case 'v': code = parse_venue(decode, optarg); break;
    case 'j': decode->printer.json = true; break;
    case 'l': decode->layouts = true; break;
    case 'h': help(); return -1;
    case ':': code = usage_error("an option lacks its value", argv[optind - 1]); break;
    default: code = usage_error("no such option", argv[optind - 1]); break;
    }
  }
  if (code != 0) return code;
  decode->captures = &argv[optind];
  decode->capture_count = argc - optind;
  if (decode->capture_count == 0 && !decode->layouts) return usage_error("no capture named", "");
  return 0;
}

static void take_message(struct decode *decode, uint64_t frame, uint32_t number,
                         const struct pl_layout_item *item) {
  struct pl_decode_sum *sum = &decode->sum;
  sum->messages++;
  sum->message_bytes += item->size_bytes;
  sum->rest_bytes += item->rest_bytes;
  sum->by_id[item->id].message = item->message;
  sum->by_id[item->id].count++;
  pl_decode_print_message(&decode->printer, frame, number, item);
}

/* Takes every message that can be proven; what is wrong is said at its place, and the walk goes on
 * where the next message's place is known. */
static void take_packet(struct decode *decode, uint64_t frame, struct pl_layout_cursor *cursor) {
  struct pl_decode_sum *sum = &decode->sum;
  bool damaged = false, stuck = false;
  for (uint32_t number = 1; !stuck && pl_layout_more(cursor); number++) {
    struct pl_layout_item item;
    enum pl_status status = pl_layout_next(cursor, &item);
    if (status == PL_OK) {
      take_message(decode, frame, number, &item);
      continue;
    }
    damaged = true;
    stuck = item.size_bytes == 0;
    sum->left_over_bytes[status] += stuck ? cursor->size_bytes - cursor->at : item.size_bytes;
    pl_decode_print_error(&decode->printer, frame, status, item.offset);
  }
  enum pl_status status = stuck ? PL_OK : pl_layout_end(cursor);
  if (status != PL_OK) {
    damaged = true;
    sum->left_over_bytes[status] += cursor->size_bytes - cursor->at;
    pl_decode_print_error(&decode->printer, frame, status, cursor->at);
  }
  sum->packets_damaged += damaged;
}

static void take_datagram(struct decode *decode, const struct pl_datagram *datagram) {
  struct pl_decode_sum *sum = &decode->sum;
  const struct pl_layout *layout = decode->printer.layout;
  const struct pl_packet *packet = &datagram->packet;
  struct pl_layout_cursor cursor;
  enum pl_status status = datagram->status;
  sum->frames++;
  if (status == PL_OK) {
    sum->payload_bytes += packet->size_bytes;
    status = pl_layout_begin(layout, packet->data, packet->size_bytes, &cursor);
    if (status != PL_OK) sum->left_over_bytes[status] += packet->size_bytes;
  }
  if (status != PL_OK) {
    sum->undecoded[status]++;
    pl_decode_print_undecoded(&decode->printer, datagram->frame, status);
    return;
  }
  sum->packets++;
  sum->head_bytes += layout->head_bytes;
  pl_decode_print_packet(&decode->printer, datagram->frame, packet->data, packet->size_bytes);
  take_packet(decode, datagram->frame, &cursor);
}

/* False when the capture cannot be read. */
static bool take_capture(struct decode *decode, int capture) {
  char error[ERROR_BYTES];
  struct pl_datagrams datagrams;
  struct pl_datagram datagram;
  if (pl_datagrams_open(decode->paths[capture], &datagrams, error, sizeof error) != PL_OK) {
    (void)fprintf(stderr, "plimsoll decode: %s\n", error);
    return false;
  }
  if (decode->capture_count > 1)
    pl_decode_print_capture(&decode->printer, decode->captures[capture]);
  while (!ferror(stdout) && pl_datagrams_next(&datagrams, &datagram))
    take_datagram(decode, &datagram);
  decode->sum.tail_cut |= pl_datagrams_close(&datagrams);
  return true;
}

static int detect(struct decode *decode) {
  char error[ERROR_BYTES];
  uint32_t index;
  if (decode->printer.layout != NULL) return 0;
  enum pl_status status =
      pl_detect_capture(decode->paths[0], &pl_detect_layouts, &index, error, sizeof error);
  if (status != PL_OK) {
    (void)fprintf(stderr, "plimsoll decode: %s\n", error);
    return status == PL_E_NOT_FOUND ? PL_EXIT_USAGE : PL_EXIT_FAILED;
  }
  decode->printer.layout = pl_layout_at(index);
  decode->detected = true;
  return 0;
}

static void print_layouts(const struct decode *decode) {
  for (uint32_t i = 0; pl_layout_at(i) != NULL; i++)
    if (decode->printer.layout == NULL || decode->printer.layout == pl_layout_at(i))
      pl_decode_report_layouts(stdout, pl_layout_at(i));
}

static int run(struct decode *decode) {
  bool read = true;
  (void)setvbuf(stdout, NULL, _IOFBF, BUFFER_BYTES);
  if (decode->layouts) {
    print_layouts(decode);
  } else {
    decode->paths = calloc((size_t)decode->capture_count, sizeof *decode->paths);
    if (decode->paths == NULL) return PL_EXIT_FAILED;
    for (int i = 0; i < decode->capture_count; i++) decode->paths[i] = decode->captures[i];
    if (!pl_captures_ready("decode", decode->paths, (uint32_t)decode->capture_count))
      return PL_EXIT_FAILED;
    int code = detect(decode);
    if (code != 0) return code;
    for (int i = 0; i < decode->capture_count && read; i++) read = take_capture(decode, i);
    (void)fflush(stdout); /* before the summary, should both go to one terminal */
    if (decode->printer.json)
      pl_decode_report_json(stdout, decode->printer.layout, decode->detected, &decode->sum);
    else
      pl_decode_report_text(stderr, decode->printer.layout, decode->detected, &decode->sum);
  }
  if (fflush(stdout) == 0 && !ferror(stdout)) return read ? PL_EXIT_OK : PL_EXIT_FAILED;
  (void)fprintf(stderr, "plimsoll decode: cannot write: %s\n", strerror(errno));
  return PL_EXIT_FAILED;
}

int pl_decode_main(int argc, char **argv) {
  struct decode *decode = calloc(1, sizeof *decode);
  if (decode == NULL) {
    (void)fprintf(stderr, "plimsoll decode: %s\n", pl_status_hint(PL_E_MEMORY));
    return PL_EXIT_FAILED;
  }
  decode->printer.out = stdout;
  int code = parse(decode, argc, argv);
  code = code == 0 ? run(decode) : code == -1 ? PL_EXIT_OK : code;
  free(decode);
  return code;
}
