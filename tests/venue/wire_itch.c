#include "tests/venue/wire_itch.h"

#include "tests/venue/put.h"

#include <string.h>

#define HEAD_BYTES 11u
#define COUNT_AT   18u
#define COUNT_MAX  (PL_WIRE_ITCH_END_OF_SESSION - 1)

static uint8_t *put_char(uint8_t *at, char value) {
  return pl_put_be(at, (uint8_t)value, 1);
}

/* Reserves a message, all spaces, and writes its length. Returns where it goes, NULL if full. */
static uint8_t *reserve(struct pl_wire_itch *packet, size_t bytes) {
  if (packet->count == COUNT_MAX || bytes > UINT16_MAX) return NULL;
  if (packet->capacity - packet->size < 2 + bytes) return NULL;
  uint8_t *at = pl_put_be(packet->bytes + packet->size, bytes, 2);
  packet->size += 2 + bytes;
  packet->count++;
  memset(at, ' ', bytes);
  return at;
}

/* Reserves a message and writes its head. Returns where the rest goes, NULL if full. */
static uint8_t *open_message(struct pl_wire_itch *packet, char type,
                             const struct pl_wire_itch_head *head, size_t bytes) {
  uint8_t *at = reserve(packet, bytes);
  if (at == NULL) return NULL;
  at = put_char(at, type);
  at = pl_put_be(at, head->locate, 2);
  at = pl_put_be(at, head->tracking, 2);
  return pl_put_be(at, head->time_ns, 6);
}

bool pl_wire_itch_begin(struct pl_wire_itch *packet, uint8_t *bytes, size_t capacity,
                        const char *session, uint64_t sequence) {
  if (capacity < PL_WIRE_ITCH_HEADER) return false;
  *packet = (struct pl_wire_itch){bytes, capacity, PL_WIRE_ITCH_HEADER, 0};
  uint8_t *at = pl_put_text(bytes, session, 10, ' ');
  at = pl_put_be(at, sequence, 8);
  pl_put_be(at, 0, 2);
  return true;
}

size_t pl_wire_itch_finish(struct pl_wire_itch *packet) {
  pl_put_be(packet->bytes + COUNT_AT, packet->count, 2);
  return packet->size;
}

size_t pl_wire_itch_finish_session(struct pl_wire_itch *packet) {
  pl_put_be(packet->bytes + COUNT_AT, PL_WIRE_ITCH_END_OF_SESSION, 2);
  return packet->size;
}

bool pl_wire_itch_directory(struct pl_wire_itch *packet, const struct pl_wire_itch_directory *at) {
  uint8_t *to = open_message(packet, 'R', &at->head, 39);
  if (to == NULL) return false;
  to = pl_put_text(to, at->stock, 8, ' ');
  to = put_char(to, at->category);
  to = put_char(to, at->status);
  to = pl_put_be(to, at->round_lot, 4);
  to = pl_put_text(to, "N", 1, ' '); /* round lots only */
  to = pl_put_text(to, "C", 1, ' '); /* issue classification: common stock */
  to = pl_put_text(to, "Z", 2, ' '); /* issue subtype: not applicable */
  to = put_char(to, at->authenticity);
  to = pl_put_text(to, "N", 1, ' '); /* short sale threshold */
  to = pl_put_text(to, "N", 1, ' '); /* IPO */
  to = pl_put_text(to, "1", 1, ' '); /* LULD tier */
  to = pl_put_text(to, "N", 1, ' '); /* exchange traded product */
  to = pl_put_be(to, 0, 4);
  pl_put_text(to, "N", 1, ' ');
  return true;
}

bool pl_wire_itch_action(struct pl_wire_itch *packet, const struct pl_wire_itch_action *at) {
  uint8_t *to = open_message(packet, 'H', &at->head, 25);
  if (to == NULL) return false;
  to = pl_put_text(to, at->stock, 8, ' ');
  to = put_char(to, at->state);
  to = pl_put_text(to, "", 1, ' ');
  pl_put_text(to, at->reason, 4, ' ');
  return true;
}

bool pl_wire_itch_add(struct pl_wire_itch *packet, const struct pl_wire_itch_add *at) {
  bool named = at->attribution != NULL;
  uint8_t *to = open_message(packet, named ? 'F' : 'A', &at->head, named ? 40 : 36);
  if (to == NULL) return false;
  to = pl_put_be(to, at->ref, 8);
  to = put_char(to, at->side);
  to = pl_put_be(to, at->shares, 4);
  to = pl_put_text(to, at->stock, 8, ' ');
  to = pl_put_be(to, at->price, 4);
  if (named) pl_put_text(to, at->attribution, 4, ' ');
  return true;
}

bool pl_wire_itch_execution(struct pl_wire_itch *packet, const struct pl_wire_itch_execution *at) {
  bool priced = at->printable != 0;
  uint8_t *to = open_message(packet, priced ? 'C' : 'E', &at->head, priced ? 36 : 31);
  if (to == NULL) return false;
  to = pl_put_be(to, at->ref, 8);
  to = pl_put_be(to, at->shares, 4);
  to = pl_put_be(to, at->match, 8);
  if (!priced) return true;
  to = put_char(to, at->printable);
  pl_put_be(to, at->price, 4);
  return true;
}

bool pl_wire_itch_replace(struct pl_wire_itch *packet, const struct pl_wire_itch_replace *at) {
  uint8_t *to = open_message(packet, 'U', &at->head, 35);
  if (to == NULL) return false;
  to = pl_put_be(to, at->ref, 8);
  to = pl_put_be(to, at->new_ref, 8);
  to = pl_put_be(to, at->shares, 4);
  pl_put_be(to, at->price, 4);
  return true;
}

bool pl_wire_itch_trade(struct pl_wire_itch *packet, const struct pl_wire_itch_trade *at) {
  uint8_t *to = open_message(packet, 'P', &at->head, 44);
  if (to == NULL) return false;
  to = pl_put_be(to, at->ref, 8);
  to = put_char(to, at->side);
  to = pl_put_be(to, at->shares, 4);
  to = pl_put_text(to, at->stock, 8, ' ');
  to = pl_put_be(to, at->price, 4);
  pl_put_be(to, at->match, 8);
  return true;
}

bool pl_wire_itch_cross(struct pl_wire_itch *packet, const struct pl_wire_itch_cross *at) {
  uint8_t *to = open_message(packet, 'Q', &at->head, 40);
  if (to == NULL) return false;
  to = pl_put_be(to, at->shares, 8);
  to = pl_put_text(to, at->stock, 8, ' ');
  to = pl_put_be(to, at->price, 4);
  to = pl_put_be(to, at->match, 8);
  put_char(to, at->type);
  return true;
}

bool pl_wire_itch_cancel(struct pl_wire_itch *packet, const struct pl_wire_itch_head *head,
                         uint64_t ref, uint32_t shares) {
  uint8_t *to = open_message(packet, 'X', head, 23);
  if (to == NULL) return false;
  to = pl_put_be(to, ref, 8);
  pl_put_be(to, shares, 4);
  return true;
}

bool pl_wire_itch_delete(struct pl_wire_itch *packet, const struct pl_wire_itch_head *head,
                         uint64_t ref) {
  uint8_t *to = open_message(packet, 'D', head, 19);
  if (to == NULL) return false;
  pl_put_be(to, ref, 8);
  return true;
}

bool pl_wire_itch_system(struct pl_wire_itch *packet, const struct pl_wire_itch_head *head,
                         char code) {
  uint8_t *to = open_message(packet, 'S', head, 12);
  if (to == NULL) return false;
  put_char(to, code);
  return true;
}

bool pl_wire_itch_broken(struct pl_wire_itch *packet, const struct pl_wire_itch_head *head,
                         uint64_t match) {
  uint8_t *to = open_message(packet, 'B', head, 19);
  if (to == NULL) return false;
  pl_put_be(to, match, 8);
  return true;
}

bool pl_wire_itch_blank(struct pl_wire_itch *packet, char type,
                        const struct pl_wire_itch_head *head, size_t bytes) {
  if (bytes >= HEAD_BYTES) return open_message(packet, type, head, bytes) != NULL;
  uint8_t *to = reserve(packet, bytes);
  if (to == NULL) return false;
  if (bytes != 0) put_char(to, type);
  return true;
}
