/* plimsoll-impair: a capture as two bad lines would have brought it. */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/venue/impair_options.h"
#include "tests/venue/impair_report.h"
#include "tests/venue/number.h"
#include "tests/venue/sink_pcap.h"

#define SECOND_NS  UINT64_C(1000000000)
#define EXIT_USAGE 2

struct arguments {
  const char *in, *out[PL_IMPAIR_LINES]; /* out: by line, NULL when not wanted */
  struct pl_impair_config impair[PL_IMPAIR_LINES];
  bool json, help;
};

static void print_usage(FILE *out) {
  (void)fputs(
      "usage: plimsoll-impair [options] IN --a OUT_A --b OUT_B\n"
      "\n"
      "Reads a capture (pcap or pcapng) and writes what two lines would have brought of it, "
      "as pcap\nwith nanosecond stamps; either output may be left out. The same options "
      "give the same bytes.\n"
      "\n"
      "  --seed N                seed of all that is drawn (1)\n"
      "  --json                  say what was done as one JSON object, not as a table\n"
      "  --help                  this text\n",
      out);
  pl_impair_options_usage(out);
}

static int complain(const char *subject, const char *error) {
  (void)fprintf(stderr, "plimsoll-impair: %s: %s\n", subject, error);
  return EXIT_FAILURE;
}

/* Takes one option with its value. Returns NULL, or what is wrong with it. */
static const char *take(struct arguments *arguments, const char *name, const char *value) {
  const char *error;
  if (strcmp(name, "--a") == 0 || strcmp(name, "--b") == 0) {
    arguments->out[name[2] == 'b' ? PL_LINE_B : PL_LINE_A] = value;
    return NULL;
  }
  if (strcmp(name, "--seed") == 0) {
    uint64_t *seed = &arguments->impair[PL_LINE_A].seed;
    if (!pl_number_read(value, pl_number_whole, 0, UINT64_MAX, seed))
      return "--seed is a whole number";
    arguments->impair[PL_LINE_B].seed = *seed;
    return NULL;
  }
  return pl_impair_options_take(name, value, arguments->impair, &error) ? error : "unknown option";
}

/* Returns NULL, or what is wrong. */
static const char *parse(int count, char **argument, struct arguments *ret_arguments) {
  const char *error = NULL;
  for (int i = 1; i < count && error == NULL; i++) {
    if (strcmp(argument[i], "--json") == 0)
      ret_arguments->json = true;
    else if (strcmp(argument[i], "--help") == 0)
      ret_arguments->help = true;
    else if (argument[i][0] != '-' && ret_arguments->in != NULL)
      error = "one capture at a time";
    else if (argument[i][0] != '-')
      ret_arguments->in = argument[i];
    else if (i + 1 == count)
      error = "an option without its value, or an unknown one";
    else {
      error = take(ret_arguments, argument[i], argument[i + 1]);
      i++;
    }
  }
  if (error != NULL || ret_arguments->help) return error;
  if (ret_arguments->in == NULL) return "which capture?";
  if (ret_arguments->out[PL_LINE_A] == NULL && ret_arguments->out[PL_LINE_B] == NULL)
    return "give --a, --b or both";
  return NULL;
}

static bool is_same_file(const char *one, const char *other) {
  struct stat a, b;
  return one != NULL && other != NULL &&
         (strcmp(one, other) == 0 || (stat(one, &a) == 0 && stat(other, &b) == 0 &&
                                      a.st_dev == b.st_dev && a.st_ino == b.st_ino));
}

static bool are_apart(const struct arguments *arguments) {
  const char *a = arguments->out[PL_LINE_A], *b = arguments->out[PL_LINE_B];
  return !is_same_file(a, b) && !is_same_file(a, arguments->in) && !is_same_file(b, arguments->in);
}

/* Lets the whole capture travel; one that is cut is read up to there. */
static bool run(pcap_t *capture, const char *path, struct pl_impair_pair *pair) {
  struct pcap_pkthdr *header;
  const u_char *data;
  int result;
  while ((result = pcap_next_ex(capture, &header, &data)) == 1) {
    uint64_t time_ns =
        (uint64_t)header->ts.tv_sec * SECOND_NS + (uint64_t)header->ts.tv_usec; /* nanoseconds */
    if (!pl_impair_pair_push(pair, time_ns, data, header->caplen)) return false;
  }
  if (result == PCAP_ERROR)
    (void)fprintf(stderr, "plimsoll-impair: %s: cut behind frame %llu: %s\n", path,
                  (unsigned long long)pair->frames, pcap_geterr(capture));
  return pl_impair_pair_flush(pair);
}

/* Opens the outputs that are wanted, runs, closes them. */
static int transform(const struct arguments *arguments, pcap_t *capture) {
  static struct pl_sink_pcap sinks[PL_IMPAIR_LINES];
  struct pl_impair_out out[PL_IMPAIR_LINES] = {0};
  struct pl_impair_pair pair;
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++) {
    if (arguments->out[line] == NULL) continue;
    if (!pl_sink_pcap_open(&sinks[line], arguments->out[line]))
      return complain(arguments->out[line], sinks[line].error);
    out[line] = (struct pl_impair_out){pl_sink_pcap_write, &sinks[line]};
  }
  if (!pl_impair_pair_open(&pair, arguments->impair, out)) return complain("lines", "no memory");
  bool done = run(capture, arguments->in, &pair);
  int result = EXIT_SUCCESS;
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++)
    if (arguments->out[line] != NULL && !pl_sink_pcap_close(&sinks[line]))
      result = complain(arguments->out[line], sinks[line].error);
  if (result == EXIT_SUCCESS && !done)
    result = complain(arguments->in, "a frame of more than 65535 bytes");
  if (result == EXIT_SUCCESS && arguments->json)
    pl_impair_report_json(stdout, &pair, arguments->impair[PL_LINE_A].seed);
  else if (result == EXIT_SUCCESS)
    pl_impair_report_table(stdout, &pair);
  pl_impair_pair_close(&pair);
  return result;
}

int main(int count, char **argument) {
  struct arguments arguments = {.impair = {pl_impair_config_default(), pl_impair_config_default()}};
  char reason[PCAP_ERRBUF_SIZE];
  const char *error = parse(count, argument, &arguments);
  if (error != NULL || arguments.help) {
    if (error != NULL) (void)fprintf(stderr, "plimsoll-impair: %s\n", error);
    print_usage(error != NULL ? stderr : stdout);
    return error != NULL ? EXIT_USAGE : EXIT_SUCCESS;
  }
  if (!are_apart(&arguments)) return complain(arguments.in, "capture and outputs are one file");
  pcap_t *capture =
      pcap_open_offline_with_tstamp_precision(arguments.in, PCAP_TSTAMP_PRECISION_NANO, reason);
  if (capture == NULL) return complain(arguments.in, reason);
  int result = pcap_datalink(capture) == DLT_EN10MB
                   ? transform(&arguments, capture)
                   : complain(arguments.in, "its frames are not Ethernet");
  pcap_close(capture);
  return result;
}
