#include "tests/venue/flow_price.h"

#define YEAR_MS        31536000000
#define PRICE_MIN_U6   400
#define SMILE          5 /* a distance of 10 % adds 2 % of volatility */
#define TABLE_STEP_PPM 250000
#define TABLE_SIZE     17

/* density(x) - x * tail(x) of the standard normal, in ppm, for x = 0, 0.25 ... 4 */
static const int64_t time_value_ppm[TABLE_SIZE] = {
    398942, 286345, 197797, 131167, 83315, 50587, 29307, 16174, 8491,
    4235,   2004,   899,    382,    154,   58,    21,    7,
};

static int64_t root(int64_t value) {
  int64_t result = 0;
  for (int64_t bit = (int64_t)1 << 31; bit > 0; bit >>= 1) {
    int64_t trial = result + bit;
    if (trial <= value / trial) result = trial;
  }
  return result;
}

static int64_t bracket_ppm(int64_t x_ppm) {
  int64_t slot = x_ppm / TABLE_STEP_PPM;
  if (slot >= TABLE_SIZE - 1) return 0;
  int64_t part_ppm = x_ppm - slot * TABLE_STEP_PPM;
  int64_t from = time_value_ppm[slot], to = time_value_ppm[slot + 1];
  return from + (to - from) * part_ppm / TABLE_STEP_PPM;
}

int64_t pl_flow_price_option(const struct pl_flow_option *option, int64_t *ret_iv_ppm) {
  int64_t left_ms = option->left_ms > 0 ? option->left_ms : 0;
  int64_t years_ppm = left_ms / 1000 * 1000000 / (YEAR_MS / 1000);
  int64_t above_ppm = (option->index_u6 - option->strike_u6) * 1000 / (option->index_u6 / 1000 + 1);
  int64_t distance_ppm = above_ppm < 0 ? -above_ppm : above_ppm;
  int64_t iv_ppm = option->iv_ppm + distance_ppm / SMILE;
  int64_t deviation_ppm = iv_ppm * root(years_ppm * 1000000) / 1000000;
  if (deviation_ppm < 1) deviation_ppm = 1;
  int64_t inside_ppm = option->is_call ? above_ppm : -above_ppm;
  int64_t price_u6 = inside_ppm > 0 ? inside_ppm : 0;
  price_u6 += deviation_ppm * bracket_ppm(distance_ppm * 1000000 / deviation_ppm) / 1000000;
  *ret_iv_ppm = iv_ppm;
  return price_u6 > PRICE_MIN_U6 ? price_u6 : PRICE_MIN_U6;
}
