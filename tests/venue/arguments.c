#include "tests/venue/arguments.h"

#include <stddef.h>
#include <string.h>

#include "tests/venue/impair_options.h"
#include "tests/venue/number.h"

#define SECOND_NS   1000000000u
#define SECONDS_MAX 604800u /* a week */
#define SPEED_MAX   1000u

#define DAY_MESSAGES        1000000u
#define DAY_ORDERS          40000u
#define PACKET_MESSAGES     30u
#define PACKET_MESSAGES_MAX 60u

static const char usage[] =
    "usage: plimsoll-exchange [options] (--out FILE.pcap | --interface IF [--speed X])\n"
    "\n"
    "A simulated derivatives exchange that sends the Deribit multicast format (SBE v1.6), or a\n"
    "generated day of orders on another venue's wire. The same options give the same file, byte "
    "for\n"
    "byte.\n"
    "\n"
    "  --out FILE          write a pcap file (nanosecond time stamps)\n"
    "  --interface IF      send on a network interface, paced in real time\n"
    "  --out-b, --interface-b  the feed's line B, beside line A there; the same frames unless "
    "impaired\n"
    "  --speed X           live: run X times as fast as real time (0.001 to 1000; default 1)\n"
    "  --seed N            seed of the market (default 1)\n"
    "  --seconds S         feed time to produce (default 120); live: 0 runs until a signal\n"
    "  --rate N            book updates a second in calm, all instruments (default 600)\n"
    "  --options N         listed options, 0 to 96 (default 8)\n"
    "  --snapshot-cycle S  seconds between two snapshots of every book (default 10)\n"
    "  --scenario NAME     calm, or stress: calm, trend, crash, recovery (default stress);\n"
    "                      one run of stress takes all of --seconds, or 120 s and repeats\n"
    "\n"
    "  --venue NAME        a day of orders instead: itch, deep, starbase or cme; then of the "
    "options\n"
    "                      above only --out, --interface, the two of line B, --speed and --seed\n"
    "                      count, and for starbase --snapshot-cycle (default: no snapshots)\n"
    "  --resend ADDR:PORT  live, itch and starbase: answer requests to send again, by unicast\n"
    "  --messages N        operations of the day (default 1000000)\n"
    "  --symbols N         instruments, 1 to 65535 (default 4000)\n"
    "  --orders N          live orders that it rises to (default 40000)\n"
    "  --packet-messages N messages a packet at most (default 30)\n"
    "  --impair-seed N     seed of the impairment below (default 1)\n"
    "  --help              this text\n";

void pl_arguments_usage(FILE *out) {
  (void)fputs(usage, out);
  pl_impair_options_usage(out);
}

static bool read_number(const char *text, uint64_t low, uint64_t high, uint64_t *ret_number) {
  return pl_number_read(text, pl_number_whole, low, high, ret_number);
}

/* Reads a speed into thousandths. */
static bool read_speed(const char *text, uint32_t *ret_permille) {
  static const struct pl_number_unit times[] = {{"", 1000}, {NULL, 0}};
  uint64_t permille;
  if (!pl_number_read(text, times, 1, SPEED_MAX * 1000, &permille)) return false;
  *ret_permille = (uint32_t)permille;
  return true;
}

static bool read_scenario(const char *text, enum pl_flow_scenario *ret_scenario) {
  if (strcmp(text, "calm") == 0) {
    *ret_scenario = PL_FLOW_CALM_ONLY;
    return true;
  }
  if (strcmp(text, "stress") != 0) return false;
  *ret_scenario = PL_FLOW_STRESS;
  return true;
}

/* Reads into a uint32_t; the bounds make it fit. */
static bool read_small(const char *text, uint32_t low, uint32_t high, uint32_t *ret_number) {
  uint64_t number;
  if (!read_number(text, low, high, &number)) return false;
  *ret_number = (uint32_t)number;
  return true;
}

/* Takes one option of a day of orders. */
static const char *take_load(struct pl_load_config *load, const char *name, const char *value) {
  if (strcmp(name, "--venue") == 0) {
    load->wire = pl_load_wire_find(value);
    return load->wire != NULL ? NULL : "--venue is itch, deep, starbase or cme";
  }
  if (strcmp(name, "--messages") == 0)
    return read_small(value, 1, PL_DAY_MESSAGES_MAX, &load->day.messages)
               ? NULL
               : "--messages is 1 to 2147483648";
  if (strcmp(name, "--symbols") == 0)
    return read_small(value, 1, PL_DAY_SYMBOLS_MAX, &load->day.symbols) ? NULL
                                                                        : "--symbols is 1 to 65535";
  if (strcmp(name, "--orders") == 0)
    return read_small(value, 1, PL_DAY_LIVE_ORDERS_MAX, &load->day.live_orders)
               ? NULL
               : "--orders is 1 to 16777216";
  if (strcmp(name, "--packet-messages") == 0)
    return read_small(value, 1, PACKET_MESSAGES_MAX, &load->packet_messages)
               ? NULL
               : "--packet-messages is 1 to 60";
  return "unknown option";
}

/* Takes one option that says where a line goes. */
static bool take_place(struct pl_arguments *arguments, const char *name, const char *value,
                       const char **ret_error) {
  const struct {
    const char *name, *error;
    const char **place;
  } places[] = {
      {"--out", "--out needs a file name", &arguments->paths[PL_LINE_A]},
      {"--out-b", "--out-b needs a file name", &arguments->paths[PL_LINE_B]},
      {"--interface", "--interface needs a name", &arguments->interfaces[PL_LINE_A]},
      {"--interface-b", "--interface-b needs a name", &arguments->interfaces[PL_LINE_B]},
  };
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    if (strcmp(name, places[i].name) != 0) continue;
    *places[i].place = value;
    *ret_error = *value != '\0' ? NULL : places[i].error;
    return true;
  }
  return false;
}

/* Takes one option of what the lines do to the frames. */
static bool take_impairment(struct pl_arguments *arguments, const char *name, const char *value,
                            const char **ret_error) {
  if (strcmp(name, "--impair-seed") == 0) {
    uint64_t *seed = &arguments->impair[PL_LINE_A].seed;
    *ret_error = read_number(value, 0, UINT64_MAX, seed) ? NULL : "--impair-seed is a whole number";
    arguments->impair[PL_LINE_B].seed = *seed;
    return true;
  }
  if (!pl_impair_options_take(name, value, arguments->impair, ret_error)) return false;
  arguments->is_impaired = true;
  return true;
}

/* Takes one option. Returns NULL, or what is wrong with it. */
static const char *take(struct pl_arguments *arguments, const char *name, const char *value) {
  struct pl_exchange_config *exchange = &arguments->exchange;
  const char *error;
  if (take_place(arguments, name, value, &error) || take_impairment(arguments, name, value, &error))
    return error;
  if (strcmp(name, "--speed") == 0)
    return read_speed(value, &arguments->speed_permille) ? NULL : "--speed is 0.001 to 1000";
  if (strcmp(name, "--seed") == 0)
    return read_number(value, 0, UINT64_MAX, &exchange->seed) ? NULL : "--seed is a whole number";
  if (strcmp(name, "--seconds") == 0)
    return read_number(value, 0, SECONDS_MAX, &arguments->seconds) ? NULL
                                                                   : "--seconds is 0 to 604800";
  if (strcmp(name, "--rate") == 0)
    return read_small(value, 1, PL_EXCHANGE_RATE_MAX, &exchange->rate) ? NULL
                                                                       : "--rate is 1 to 1000000";
  if (strcmp(name, "--options") == 0)
    return read_small(value, 0, PL_FLOW_OPTIONS_MAX, &exchange->options) ? NULL
                                                                         : "--options is 0 to 96";
  if (strcmp(name, "--snapshot-cycle") == 0) {
    if (!read_small(value, 1, PL_EXCHANGE_SNAPSHOT_CYCLE_MAX_S, &exchange->snapshot_cycle_s))
      return "--snapshot-cycle is 1 to 86400";
    arguments->load.snapshot_cycle_s = exchange->snapshot_cycle_s;
    return NULL;
  }
  if (strcmp(name, "--resend") == 0) {
    arguments->resends = true;
    return pl_gateway_live_address(value, &arguments->resend) ? NULL : "--resend is ADDRESS:PORT";
  }
  if (strcmp(name, "--scenario") == 0)
    return read_scenario(value, &exchange->scenario) ? NULL : "--scenario is calm or stress";
  return take_load(&arguments->load, name, value);
}

static const char *check(const struct pl_arguments *arguments) {
  bool is_live = arguments->interfaces[PL_LINE_A] != NULL;
  if (is_live == (arguments->paths[PL_LINE_A] != NULL))
    return "give --out or --interface, one of them";
  if ((is_live ? arguments->paths : arguments->interfaces)[PL_LINE_B] != NULL)
    return "--out-b goes with --out, --interface-b with --interface";
  if (!is_live && arguments->seconds == 0) return "--seconds 0 needs --interface";
  if (!is_live && arguments->speed_permille != 0) return "--speed needs --interface";
  const struct pl_load_wire *wire = arguments->load.wire;
  if (arguments->resends && (!is_live || wire == NULL || !pl_gateway_serves(wire->name)))
    return "--resend needs --interface and --venue itch or starbase";
  if (wire != NULL && wire->put_snapshot == NULL && arguments->load.snapshot_cycle_s != 0)
    return "--snapshot-cycle: this venue's day has no snapshots";
  return NULL;
}

bool pl_arguments_parse(int count, char *const *argument, struct pl_arguments *ret_arguments,
                        const char **ret_error) {
  struct pl_arguments arguments = {
      .exchange = pl_exchange_default(),
      .load = {.day = pl_day_default(), .packet_messages = PACKET_MESSAGES},
      .impair = {pl_impair_config_default(), pl_impair_config_default()},
      .seconds = 120};
  arguments.load.day.messages = DAY_MESSAGES;
  arguments.load.day.live_orders = DAY_ORDERS;
  const char *error = NULL;
  for (int i = 1; i < count && error == NULL; i += 2) {
    if (strcmp(argument[i], "--help") == 0) {
      arguments.help = true;
      *ret_arguments = arguments;
      return true;
    }
    if (i + 1 == count)
      error = "an option without its value, or an unknown one";
    else
      error = take(&arguments, argument[i], argument[i + 1]);
  }
  if (error == NULL) error = check(&arguments);
  if (error != NULL) {
    *ret_error = error;
    return false;
  }
  if (arguments.speed_permille == 0) arguments.speed_permille = 1000;
  arguments.load.day.seed = arguments.exchange.seed;
  if (arguments.seconds > 0) arguments.exchange.cycle_ns = arguments.seconds * SECOND_NS;
  *ret_arguments = arguments;
  return true;
}
