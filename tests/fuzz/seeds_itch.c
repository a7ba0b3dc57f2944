#include "engine/base/check.h"
#include "tests/fuzz/seeds.h"
#include "tests/venue/wire_itch.h"

/* A day in four packets: the directory, orders, what becomes of them, and another session. */
void pl_seeds_itch(const char *folder) {
  const struct pl_wire_itch_head head = {1, 2, UINT64_C(34200000000000)};
  struct pl_seed seed = {.size_bytes = 0};
  for (uint32_t number = 0; number < 4; number++) {
    uint8_t bytes[PL_WIRE_ITCH_PAYLOAD_MAX];
    struct pl_wire_itch packet;
    bool good = pl_wire_itch_begin(&packet, bytes, sizeof bytes, number < 3 ? "1" : "2", number);
    good &= pl_wire_itch_directory(
        &packet, &(struct pl_wire_itch_directory){head, "AAPL", 'Q', 'N', 'P', 100});
    good &= pl_wire_itch_action(&packet, &(struct pl_wire_itch_action){head, "AAPL", 'T', ""});
    good &= pl_wire_itch_system(&packet, &head, 'Q');
    good &= pl_wire_itch_blank(&packet, 'z', &head, number);
    good &= pl_wire_itch_add(
        &packet, &(struct pl_wire_itch_add){head, number, 'B', 100, "AAPL", 1000000, NULL});
    good &= pl_wire_itch_add(
        &packet, &(struct pl_wire_itch_add){head, 9, 'S', 100, "AAPL", 1010000, "MPID"});
    good &= pl_wire_itch_execution(&packet, &(struct pl_wire_itch_execution){head, 9, 1, 1, 0, 0});
    good &=
        pl_wire_itch_execution(&packet, &(struct pl_wire_itch_execution){head, 9, 1, 2, 'N', 1});
    good &= pl_wire_itch_cancel(&packet, &head, 9, 1);
    good &= pl_wire_itch_replace(&packet, &(struct pl_wire_itch_replace){head, 9, 10, 5, 1000100});
    good &= pl_wire_itch_delete(&packet, &head, 10);
    good &= pl_wire_itch_trade(&packet,
                               &(struct pl_wire_itch_trade){head, 0, 'B', 1, "AAPL", 1000000, 3});
    good &=
        pl_wire_itch_cross(&packet, &(struct pl_wire_itch_cross){head, 0, "AAPL", 1000000, 4, 'O'});
    good &= pl_wire_itch_broken(&packet, &head, 3);
    PL_CHECK(good);
    struct pl_seed alone = {.size_bytes = 0};
    size_t size = pl_wire_itch_finish(&packet);
    PL_CHECK(pl_seed_piece(&seed, 2, bytes, size) && pl_seed_piece(&alone, 0, bytes, size));
    pl_seed_write(&alone, folder, "itch", number);
  }
  pl_seed_write(&seed, folder, "itch", 4);
}
