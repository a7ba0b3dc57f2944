/* plimsoll capture: the daemon writes what it receives to a socket, and here it is copied to a
 * file. A slow disk thus slows this program and nobody else. Whole blocks alone reach the file, so
 * that it is sound wherever the stream breaks off. */
#include "control/admin/client.h"
#include "control/cli/report.h"
#include "control/cli/screen.h"
#include "control/cli/verbs.h"
#include "control/publish/json.h"
#include "control/publish/pcapng.h"
#include "engine/base/clock.h"
#include "engine/base/frame.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES (1u << 20)
#define SOCKET_BYTES (4 << 20) /* a wish: the kernel has a bound of its own */
#define SECOND_NS    UINT64_C(1000000000)
#define PROGRESS_NS  (SECOND_NS / 4)
#define SECONDS_MAX  31536000u
#define LINES_ALL    (1u << PL_LINE_A | 1u << PL_LINE_B)
#define ERROR_BYTES  256
#define DIGITS_MAX   18
#define FILE_MODE    0666 /* less the user's mask */

static const char usage[] =
    "usage: plimsoll capture [options] FILE\n"
    "\n"
    "Writes what the daemon is receiving to a pcapng file; - is the standard output. Each frame "
    "that\n"
    "is not decoded carries the reason as a comment. The daemon goes on as before; frames that "
    "this\n"
    "program is too slow for are lost from the capture alone, and counted in it. Ends with "
    "Ctrl-C.\n"
    "\n"
    "  --frames N         end after N frames\n"
    "  --seconds S        end after S seconds\n"
    "  --drops            only frames that are not decoded\n"
    "  --line A|B         only frames of that line; default: both\n"
    "  --snap BYTES       keep so much of each frame, 1 to 9216; default: all\n"
    "  --socket PATH, --timeout-ms N, --json: as for every verb; with FILE - what would go to the\n"
    "                     standard output goes to the standard error\n"
    "  --help             this text\n";

struct capture {
  struct pl_options options;
  struct pl_protocol_capture wanted;
  const char *path;
  uint64_t seconds;
  int stream, file;
  const char *stopped; /* why the daemon was asked to end it; NULL: it was not */
  uint64_t begun_ns, due_ns, heard_ns, told_ns;
  uint8_t *buffer; /* [BUFFER_BYTES], [used] of it */
  size_t used;
  struct pl_pcapng_counts counts;
  uint64_t file_bytes;
  char error[ERROR_BYTES];
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
  (void)number;
  interrupted = 1;
}

static int usage_error(const char *message, const char *what) {
  (void)fprintf(stderr, "plimsoll capture: %s%s%s (see plimsoll capture --help)\n", message,
                what[0] != '\0' ? ": " : "", what);
  return PL_EXIT_USAGE;
}

/* A whole number from 1 to max; 0 when it is none. */
static uint64_t parse_number(const char *text, uint64_t max) {
  size_t length = strlen(text);
  if (length == 0 || length > DIGITS_MAX || strspn(text, "0123456789") != length) return 0;
  uint64_t value = strtoull(text, NULL, 10);
  return value <= max ? value : 0;
}

static int parse_option(struct capture *capture, int option, const char *value) {
  switch (option) {
  case 'f':
    capture->wanted.frames_max = parse_number(value, UINT64_MAX);
    return capture->wanted.frames_max != 0 ? 0 : usage_error("not a number of frames", value);
  case 's':
    capture->seconds = parse_number(value, SECONDS_MAX);
    return capture->seconds != 0 ? 0 : usage_error("not a number of seconds", value);
  case 'n':
    capture->wanted.snap_bytes = (uint32_t)parse_number(value, PL_FRAME_BYTES_MAX);
    return capture->wanted.snap_bytes != 0 ? 0 : usage_error("--snap is 1 to 9216", value);
  case 'l':
    if (strcmp(value, "A") != 0 && strcmp(value, "B") != 0)
      return usage_error("no such line (A, B)", value);
    capture->wanted.lines = (uint8_t)(1u << (value[0] == 'A' ? PL_LINE_A : PL_LINE_B));
    return 0;
  case 'd': capture->wanted.drops = 1; return 0;
  case 'o': capture->options.socket = value; return 0;
  case 't':
    capture->options.timeout_ms = (uint32_t)parse_number(value, 999999);
    return capture->options.timeout_ms != 0 ? 0 : usage_error("--timeout-ms is 1 to 999999", value);
  case 'j': capture->options.json = true; return 0;
  case 'h': (void)fputs(usage, stdout); return -1;
  default: return PL_EXIT_USAGE;
  }
}

/* Returns 0 to go on, -1 when help was asked for, else the exit code. */
static int parse(struct capture *capture) {
  static const struct option options[] = {{"frames", required_argument, NULL, 'f'},
                                          {"seconds", required_argument, NULL, 's'},
                                          {"drops", no_argument, NULL, 'd'},
                                          {"line", required_argument, NULL, 'l'},
                                          {"snap", required_argument, NULL, 'n'},
                                          {"socket", required_argument, NULL, 'o'},
                                          {"timeout-ms", required_argument, NULL, 't'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  int argc = capture->options.rest_count, option, code = 0;
  char **argv = capture->options.rest;
  optind = 0; /* the verb's own arguments, from their start */
  opterr = 0;
  while (code == 0 && (option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
    if (option == ':') return usage_error("an option lacks its value", argv[optind - 1]);
    if (option == '?') return usage_error("no such option", argv[optind - 1]);
    code = parse_option(capture, option, optarg);
  }
  if (code != 0) return code;
  if (optind == argc) return usage_error("no file named", "");
  if (optind + 1 < argc) return usage_error("one argument too many", argv[argc - 1]);
  capture->path = argv[optind];
  if (strcmp(capture->path, "-") == 0 && isatty(STDOUT_FILENO) == 1)
    return usage_error("a capture is not for a terminal: name a file, or pipe it on", "");
  return 0;
}

static int fail(struct capture *capture, enum pl_status status, const char *what) {
  (void)snprintf(capture->error, sizeof capture->error, "%.160s: %.80s", what, strerror(errno));
  return pl_report_failure(&capture->options, status, false, capture->error);
}

/* Asks the daemon for a stream. */
static int ask(struct capture *capture) {
  int pair[2], size = SOCKET_BYTES;
  struct pl_client_reply reply;
  const struct pl_protocol_request request = {.capture = capture->wanted};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return fail(capture, PL_E_SYSTEM, "socketpair");
  (void)setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  pl_client_call_with(capture->options.socket, capture->options.command->verb, &request, pair[1],
                      capture->options.timeout_ms, &reply);
  (void)close(pair[1]); /* the daemon's: while we held it, the stream would not end with it */
  json_decref(reply.json);
  capture->stream = pair[0];
  if (reply.status == PL_OK) return 0;
  return pl_report_failure(&capture->options, reply.status, reply.timed_out, reply.error);
}

/* After the daemon has agreed: what lies there is not lost for nothing. The standard output becomes
 * the file, and whatever is said from then on goes to the standard error. */
static int open_file(struct capture *capture) {
  if (strcmp(capture->path, "-") == 0) {
    capture->file = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return fail(capture, PL_E_SYSTEM, "dup2");
  } else {
    capture->file = open(capture->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
  }
  return capture->file >= 0 ? 0 : fail(capture, PL_E_NO_FILE, capture->path);
}

static void catch_signals(sigset_t *ret_before) {
  sigset_t set;
  struct sigaction action = {.sa_handler = on_signal};
  (void)sigemptyset(&action.sa_mask);
  (void)sigaction(SIGINT, &action, NULL);
  (void)sigaction(SIGTERM, &action, NULL);
  (void)signal(SIGPIPE, SIG_IGN); /* whoever reads our standard output is gone: an error to tell */
  (void)sigemptyset(&set);
  (void)sigaddset(&set, SIGINT);
  (void)sigaddset(&set, SIGTERM);
  (void)sigprocmask(SIG_BLOCK, &set, ret_before); /* open only while waiting: none is missed */
}

/* The daemon then writes what it has, and the end. */
static void stop(struct capture *capture, const char *why, uint64_t now_ns) {
  if (capture->stopped != NULL) return;
  capture->stopped = why;
  capture->heard_ns = now_ns;
  (void)shutdown(capture->stream, SHUT_WR);
}

static void show_progress(struct capture *capture, uint64_t now_ns, bool last) {
  char frames[PL_SCREEN_NUMBER_BYTES], bytes[PL_SCREEN_NUMBER_BYTES], lost[PL_SCREEN_NUMBER_BYTES];
  if (capture->options.json || isatty(STDERR_FILENO) != 1) return;
  if (last) {
    (void)fputs("\r\033[K", stderr);
    return;
  }
  if (now_ns - capture->told_ns < PROGRESS_NS) return;
  capture->told_ns = now_ns;
  (void)fprintf(stderr, "\r\033[K%s frames, %sB, %s lost from the capture",
                pl_screen_number((int64_t)capture->counts.packets, 1, frames),
                pl_screen_number((int64_t)capture->counts.bytes, 1, bytes),
                pl_screen_number((int64_t)capture->counts.lost, 1, lost));
}

static bool write_all(int file, const uint8_t *bytes, size_t size_bytes) {
  while (size_bytes > 0) {
    ssize_t wrote = write(file, bytes, size_bytes);
    if (wrote < 0 && errno != EINTR) return false;
    if (wrote > 0) bytes += wrote, size_bytes -= (size_t)wrote;
  }
  return true;
}

/* Takes what has come and writes the whole blocks of it. Returns 1 to go on, 0 at the stream's end,
 * -1 when it failed, and said so. */
static int move(struct capture *capture, uint64_t now_ns) {
  size_t whole_bytes;
  ssize_t got = recv(capture->stream, capture->buffer + capture->used, BUFFER_BYTES - capture->used,
                     MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 1;
  if (got <= 0) return 0;
  capture->heard_ns = now_ns;
  capture->used += (size_t)got;
  enum pl_status status =
      pl_pcapng_count(capture->buffer, capture->used, &capture->counts, &whole_bytes);
  if (!write_all(capture->file, capture->buffer, whole_bytes)) {
    (void)fail(capture, PL_E_SYSTEM, capture->path);
    return -1;
  }
  if (status != PL_OK) {
    (void)pl_report_failure(&capture->options, status, false, "the daemon's stream is damaged");
    return -1;
  }
  capture->file_bytes += whole_bytes;
  capture->used -= whole_bytes;
  memmove(capture->buffer, capture->buffer + whole_bytes, capture->used);
  return 1;
}

/* Returns as move does at the end, or -2 when the daemon does not end what it was asked to. */
static int copy(struct capture *capture, const sigset_t *open_signals) {
  int more = 1;
  while (more == 1) {
    const struct timespec wait = {.tv_nsec = PROGRESS_NS};
    struct pollfd stream = {.fd = capture->stream, .events = POLLIN};
    (void)ppoll(&stream, 1, &wait, open_signals);
    uint64_t now_ns = pl_clock_monotonic_ns();
    if (interrupted) stop(capture, "interrupted", now_ns);
    if (now_ns >= capture->due_ns) stop(capture, "seconds", now_ns);
    more = move(capture, now_ns);
    if (capture->stopped != NULL &&
        now_ns - capture->heard_ns > capture->options.timeout_ms * UINT64_C(1000000))
      more = -2;
    show_progress(capture, now_ns, more != 1);
  }
  return more;
}

static void print_end(const struct capture *capture) {
  const struct pl_pcapng_counts *counts = &capture->counts;
  bool full = counts->packets != 0 && counts->packets == capture->wanted.frames_max;
  const char *why = full ? "frames" : capture->stopped != NULL ? capture->stopped : "daemon";
  if (capture->options.json) {
    json_t *object =
        json_pack("{s:i, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s}", "version", PL_JSON_VERSION,
                  "verb", "capture", "status", "ok", "file", capture->path, "frames",
                  pl_json_u64(counts->packets), "bytes", pl_json_u64(counts->bytes), "lost",
                  pl_json_u64(counts->dropped), "received", pl_json_u64(counts->received),
                  "file_bytes", pl_json_u64(capture->file_bytes), "ended_by", why);
    pl_report_json(stdout, object);
    json_decref(object);
  } else {
    (void)printf("%s: %" PRIu64 " frames, %" PRIu64 " bytes of %" PRIu64
                 " frames received; %" PRIu64 " lost from the capture; ended by: %s\n",
                 capture->path, counts->packets, counts->bytes, counts->received, counts->dropped,
                 why);
  }
}

static int run(struct capture *capture) {
  sigset_t open_signals;
  catch_signals(&open_signals);
  capture->begun_ns = pl_clock_monotonic_ns();
  capture->due_ns =
      capture->seconds == 0 ? UINT64_MAX : capture->begun_ns + capture->seconds * SECOND_NS;
  int end = copy(capture, &open_signals);
  if (end == -1) return PL_EXIT_FAILED;
  if (end == -2)
    return pl_report_failure(&capture->options, PL_E_UNREACHABLE, true,
                             "the daemon does not end the capture; the file is sound so far");
  const struct pl_pcapng_counts *counts = &capture->counts;
  if (counts->interfaces == 0 || counts->interfaces_ended != counts->interfaces)
    return pl_report_failure(&capture->options, PL_E_UNREACHABLE, false,
                             "the daemon is gone; the file is sound so far");
  if (close(capture->file) != 0) return fail(capture, PL_E_SYSTEM, capture->path);
  print_end(capture);
  return PL_EXIT_OK;
}

int pl_verbs_capture(const struct pl_options *options) {
  struct capture capture = {.options = *options,
                            .wanted = {.snap_bytes = PL_FRAME_BYTES_MAX, .lines = LINES_ALL}};
  int code = parse(&capture);
  if (code != 0) return code == -1 ? PL_EXIT_OK : code;
  capture.buffer = malloc(BUFFER_BYTES);
  if (capture.buffer == NULL)
    return pl_report_failure(options, PL_E_MEMORY, false, "no memory for the capture");
  code = ask(&capture);
  if (code == 0) code = open_file(&capture);
  if (code == 0) code = run(&capture);
  free(capture.buffer);
  return code;
}
