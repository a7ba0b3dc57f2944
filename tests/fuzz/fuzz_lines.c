/* Random schedules of packets on two lines, answers and pauses, against the plain model of one
 * channel. An input is a configuration byte and then steps of four bytes. */
#include "tests/fuzz/body.h"
#include "tests/fuzz/line_driver.h"

#define STEP_BYTES  4
#define FIRST_AT    (UINT64_C(1) << 20) /* positions before it are behind the first packet */
#define GAP_WAIT_NS UINT64_C(1000)
#define RESEND_NS   UINT64_C(3000)
#define RETRY_NS    UINT64_C(700)
#define FIRST_NS    UINT64_C(1000000)

struct step {
  uint8_t what, where, count, wait;
};

struct run {
  struct line_driver driver;
  struct line_model model;
  uint64_t now_ns, first, session;
  struct line_range request;
  bool requested, restarted;
  struct {
    uint64_t at;  /* where its last packet ended */
    uint32_t run; /* packets in order, up to the last */
  } lines[PL_LINE_COUNT];
};

static void agree(struct run *run) {
  struct line_range wanted, asked;
  bool wants = line_model_request(&run->model, &wanted);
  bool asks = line_driver_request(&run->driver, &asked);
  PL_CHECK(wants == asks);
  if (asks) {
    PL_CHECK(wanted.from == asked.from && wanted.to == asked.to);
    run->request = asked;
    run->requested = true;
  }
  line_driver_compare(&run->driver, &run->model);
}

static void move_to(struct run *run, uint64_t now_ns) {
  if (now_ns < run->now_ns) now_ns = run->now_ns;
  run->now_ns = now_ns;
  line_driver_tick(&run->driver, now_ns);
  line_model_tick(&run->model, now_ns);
  agree(run);
}

/* A channel begins anew only with another session, at the very start of the numbers, or after so
 * many packets in order on one line, the last of them perhaps a heartbeat. */
static void check_restart(const struct run *run, enum pl_line_id line,
                          const struct pl_line_place *place) {
  PL_CHECK(line != PL_LINE_RESEND);
  PL_CHECK(place->session != run->session || place->seq <= 1 ||
           run->lines[line].run + (place->seq_count == 0) >= PL_LINE_RESTART_RUN);
}

/* Of another session, or so far ahead that it is perhaps a mistake, a packet breaks no run. */
static void count_run(struct run *run, enum pl_line_id line, struct line_range range,
                      uint64_t session) {
  if (range.from == range.to || session != run->session) return;
  if (run->model.started && range.from > run->model.next + PL_LINE_JUMP_UNITS) return;
  bool on = range.from == run->lines[line].at;
  run->lines[line].run = on ? run->lines[line].run + 1 : 1;
  run->lines[line].at = range.to;
}

static void arrive(struct run *run, enum pl_line_id line, struct line_range range,
                   uint64_t session) {
  const struct pl_channel *channel = line_driver_channel(&run->driver);
  const struct pl_line_place place = {.session = session,
                                      .seq = (run->driver.base + range.from) &
                                             run->driver.table->seq_mask,
                                      .seq_count = (uint32_t)(range.to - range.from)};
  bool in_old_run = channel->lines[line].in_old_run, left = run->driver.restarts != 0;
  uint32_t restarts = run->driver.restarts, held = channel->held;
  run->driver.no_room = 0;
  count_run(run, line, range, session);
  enum pl_line_verdict verdict = line_driver_take(&run->driver, line, &place, run->now_ns);
  bool waits = run->model.config.gap_wait_ns != 0 || run->model.config.resend_units_max != 0;
  PL_CHECK(run->driver.no_room == 0 || !waits || held == PL_LINE_HELD_EACH);
  for (uint32_t i = 0; i < run->driver.no_room; i++)
    line_model_give_up(&run->model, range.from, run->now_ns);
  bool restarted = run->driver.restarts != restarts;
  if (restarted) check_restart(run, line, &place);
  if (restarted || (!run->model.started && line != PL_LINE_RESEND)) {
    line_model_begin(&run->model, range.from);
    run->first = range.from - run->model.units_out - run->model.units_lost;
    run->session = session;
  }
  /* of a run that is over: by its session, or by what is left of it on the line that lags */
  bool over = session != run->session || (verdict == PL_LINE_LATE && in_old_run);
  PL_CHECK(!over ||
           (verdict == PL_LINE_LATE && (left || line == PL_LINE_RESEND || place.seq_count == 0)));
  if (run->model.started && !over) line_model_take(&run->model, range, run->now_ns);
  agree(run);
}

/* Packets of a unit each, where the line stands. */
static void burst(struct run *run, enum pl_line_id line, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    uint64_t at = run->lines[line].at;
    arrive(run, line, (struct line_range){at, at + 1}, run->session);
  }
}

static void refuse(struct run *run, bool try_again) {
  pl_line_refuse(run->driver.table, run->driver.channel,
                 line_driver_channel(&run->driver)->next_seq, try_again, RETRY_NS, run->now_ns);
  line_model_refuse(&run->model, try_again, RETRY_NS, run->now_ns);
  agree(run);
}

static uint64_t next_of(const struct run *run) {
  return run->model.started ? run->model.next : FIRST_AT;
}

static void control(struct run *run, const struct step *step, enum pl_line_id line) {
  struct line_range request = run->request;
  uint64_t due_ns = line_driver_channel(&run->driver)->due_ns, next = next_of(run);
  bool hole = run->model.hole;
  switch (step->where % 8) {
  case 0:
    if (run->requested) arrive(run, PL_LINE_RESEND, request, run->session);
    break;
  case 1:
    if (!run->requested) break;
    request.to -= (request.to - request.from) / 2;
    arrive(run, PL_LINE_RESEND, request, run->session);
    break;
  case 2: refuse(run, false); break;
  case 3: refuse(run, true); break;
  case 4:
    if (hole) move_to(run, due_ns - 1);
    break;
  case 5:
    if (hole) move_to(run, due_ns);
    break;
  case 6:
    burst(run, line, step->count == UINT8_MAX ? PL_LINE_HELD_EACH + 9 : step->count % 32);
    break;
  default:
    arrive(run, line, (struct line_range){next, next + step->count % 4},
           run->session + step->count / 4 % 3 - 1);
  }
}

static void take_step(struct run *run, const struct step *step) {
  static const enum pl_line_id lines[] = {PL_LINE_A, PL_LINE_B, PL_LINE_RESEND, PL_LINE_A};
  enum pl_line_id line = lines[step->what % 4];
  move_to(run, run->now_ns + step->wait * UINT64_C(8));
  uint64_t next = next_of(run), from;
  uint32_t kind = step->what / 4 % 8,
           count = step->count & 0x80 ? step->count & 0x7f : step->count % 8;
  switch (kind) {
  case 7: control(run, step, line); return;
  case 6: from = next + PL_LINE_JUMP_UNITS - 64 + step->where * UINT64_C(16); break;
  case 5: from = run->lines[line].at; break;
  default: from = next - 32 + step->where / 4; break;
  }
  arrive(run, line, (struct line_range){from, from + count}, run->session);
}

/* Gives up every hole, as when nothing will come any more. */
static void finish(struct run *run) {
  struct line_driver *driver = &run->driver;
  while (line_driver_channel(driver)->hole) {
    bool alone = pl_line_is_alone(driver->table, driver->channel);
    if (alone) {
      line_driver_drop(driver);
      line_driver_release(driver, run->now_ns);
    } else {
      line_driver_give_up(driver, run->now_ns);
    }
    PL_CHECK(line_model_drop_alone(&run->model, run->now_ns) == alone);
    if (!alone) line_model_give_up(&run->model, UINT64_MAX, run->now_ns);
  }
  agree(run);
  const struct pl_channel *channel = line_driver_channel(driver);
  PL_CHECK(channel->held == 0 && !channel->asked);
  PL_CHECK(run->model.next == run->first + driver->units_out + channel->units_lost);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  static struct run run;
  if (size_bytes == 0) return 0;
  uint8_t shape = data[0];
  const struct pl_line_config config = {
      .seq_bits = shape & 1 ? 64 : 32,
      .silence_ns = UINT64_MAX,
      .gap_wait_ns = shape & 2 ? 0 : GAP_WAIT_NS,
      .resend_wait_ns = RESEND_NS,
      .resend_units_max = shape & 4 ? 1 + (shape >> 4) : 0,
      .snapshots = shape & 8,
  };
  struct pl_line_table *table = line_driver_table(&config);
  memset(&run, 0, sizeof run);
  run.model.config = config;
  run.now_ns = FIRST_NS;
  run.session = 5;
  for (uint32_t i = 0; i < PL_LINE_COUNT; i++) run.lines[i].at = FIRST_AT;
  /* the numbers wrap not far behind the first packet, or do not */
  line_driver_open(&run.driver, table, shape & 0x80 ? UINT64_C(5) : -FIRST_AT - (shape & 0x70));
  for (size_t at = 1; at + STEP_BYTES <= size_bytes; at += STEP_BYTES) {
    const struct step step = {data[at], data[at + 1], data[at + 2], data[at + 3]};
    take_step(&run, &step);
  }
  finish(&run);
  return 0;
}
