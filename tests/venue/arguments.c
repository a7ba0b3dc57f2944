#include "tests/venue/arguments.h"

#include <stddef.h>
#include <string.h>

#define SECOND_NS   1000000000u
#define SECONDS_MAX 604800u /* a week */
#define SPEED_MAX   1000u

#define DAY_MESSAGES        1000000u
#define DAY_ORDERS          40000u
#define PACKET_MESSAGES     30u
#define PACKET_MESSAGES_MAX 60u

const char pl_arguments_usage[] =
    "usage: plimsoll-exchange [options] (--out FILE.pcap | --interface IF [--speed X])\n"
    "\n"
    "A simulated derivatives exchange that sends the Deribit multicast format (SBE v1.6), or a\n"
    "generated day of orders on another venue's wire. The same options give the same file, byte "
    "for\n"
    "byte.\n"
    "\n"
    "  --out FILE          write a pcap file (nanosecond time stamps)\n"
    "  --interface IF      send on a network interface, paced in real time\n"
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
    "                      above only --out, --interface, --speed and --seed count\n"
    "  --messages N        operations of the day (default 1000000)\n"
    "  --symbols N         instruments, 1 to 65535 (default 4000)\n"
    "  --orders N          live orders that it rises to (default 40000)\n"
    "  --packet-messages N messages a packet at most (default 30)\n"
    "  --help              this text\n";

/* Reads a whole decimal number in [low, high]. */
static bool read_number(const char *text, uint64_t low, uint64_t high, uint64_t *ret_number) {
  uint64_t number = 0;
  if (*text == '\0') return false;
  for (; *text != '\0'; text++) {
    if (*text < '0' || *text > '9') return false;
    uint64_t digit = (uint64_t)(*text - '0');
    if (number > (UINT64_MAX - digit) / 10) return false;
    number = number * 10 + digit;
  }
  if (number < low || number > high) return false;
  *ret_number = number;
  return true;
}

/* Reads a speed with up to three decimals into thousandths. */
static bool read_speed(const char *text, uint32_t *ret_permille) {
  uint64_t permille = 0;
  int decimals = -1; /* before the point */
  if (*text == '\0') return false;
  for (; *text != '\0'; text++) {
    if (*text == '.' && decimals < 0) {
      decimals = 0;
      continue;
    }
    if (*text < '0' || *text > '9' || decimals == 3 || permille > SPEED_MAX * 1000) return false;
    permille = permille * 10 + (uint64_t)(*text - '0');
    if (decimals >= 0) decimals++;
  }
  for (int i = decimals < 0 ? 0 : decimals; i < 3; i++) permille *= 10;
  if (permille < 1 || permille > SPEED_MAX * 1000) return false;
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

/* Takes one option. Returns NULL, or what is wrong with it. */
static const char *take(struct pl_arguments *arguments, const char *name, const char *value) {
  struct pl_exchange_config *exchange = &arguments->exchange;
  if (strcmp(name, "--out") == 0) {
    arguments->path = value;
    return *value != '\0' ? NULL : "--out needs a file name";
  }
  if (strcmp(name, "--interface") == 0) {
    arguments->interface = value;
    return *value != '\0' ? NULL : "--interface needs a name";
  }
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
  if (strcmp(name, "--snapshot-cycle") == 0)
    return read_small(value, 1, PL_EXCHANGE_SNAPSHOT_CYCLE_MAX_S, &exchange->snapshot_cycle_s)
               ? NULL
               : "--snapshot-cycle is 1 to 86400";
  if (strcmp(name, "--scenario") == 0)
    return read_scenario(value, &exchange->scenario) ? NULL : "--scenario is calm or stress";
  return take_load(&arguments->load, name, value);
}

static const char *check(const struct pl_arguments *arguments) {
  bool is_live = arguments->interface != NULL;
  if (is_live == (arguments->path != NULL)) return "give --out or --interface, one of them";
  if (!is_live && arguments->seconds == 0) return "--seconds 0 needs --interface";
  if (!is_live && arguments->speed_permille != 0) return "--speed needs --interface";
  return NULL;
}

bool pl_arguments_parse(int count, char *const *argument, struct pl_arguments *ret_arguments,
                        const char **ret_error) {
  struct pl_arguments arguments = {
      .exchange = pl_exchange_default(),
      .load = {.day = pl_day_default(), .packet_messages = PACKET_MESSAGES},
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
