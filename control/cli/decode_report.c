#include "control/cli/decode_report.h"

#include "control/publish/json.h"

#include <inttypes.h>

static void put_line(FILE *out, json_t *object) {
  (void)json_dumpf(object, out, JSON_COMPACT);
  (void)fputc('\n', out);
  json_decref(object);
}

static json_t *by_status_json(const uint64_t *counts) {
  json_t *object = json_object();
  for (uint32_t i = 0; i < PL_STATUS_COUNT; i++)
    if (counts[i] != 0)
      (void)json_object_set_new(object, pl_status_name((enum pl_status)i), pl_json_u64(counts[i]));
  return object;
}

static uint64_t sum_of(const uint64_t *counts) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < PL_STATUS_COUNT; i++) sum += counts[i];
  return sum;
}

static json_t *id_json(const struct pl_layout *layout, uint32_t id) {
  const char letter[] = {(char)id, '\0'};
  if (!layout->letters) return json_integer((json_int_t)id);
  return json_string(id >= 0x20 && id < 0x7f ? letter : "");
}

static json_t *messages_json(const struct pl_layout *layout, const struct pl_decode_sum *sum,
                             bool known) {
  json_t *array = json_array();
  for (uint32_t id = 0; id < PL_DECODE_IDS; id++) {
    if (sum->by_id[id].count == 0 || (sum->by_id[id].message != NULL) != known) continue;
    json_t *row = json_object();
    (void)json_object_set_new(row, layout->letters ? "type" : "template", id_json(layout, id));
    if (known) (void)json_object_set_new(row, "name", json_string(sum->by_id[id].message->name));
    (void)json_object_set_new(row, "count", pl_json_u64(sum->by_id[id].count));
    (void)json_array_append_new(array, row);
  }
  return array;
}

void pl_decode_report_json(FILE *out, const struct pl_layout *layout, bool detected,
                           const struct pl_decode_sum *sum) {
  const struct {
    const char *key;
    json_t *value;
  } fields[] = {
      {"version", json_integer(PL_JSON_VERSION)},
      {"venue", json_string(layout->venue)},
      {"venue_detected", json_boolean(detected)},
      {"frames", pl_json_u64(sum->frames)},
      {"packets", pl_json_u64(sum->packets)},
      {"packets_damaged", pl_json_u64(sum->packets_damaged)},
      {"undecoded", by_status_json(sum->undecoded)},
      {"messages", pl_json_u64(sum->messages)},
      {"templates", messages_json(layout, sum, true)},
      {"unknown", messages_json(layout, sum, false)},
      {"payload_bytes", pl_json_u64(sum->payload_bytes)},
      {"header_bytes", pl_json_u64(sum->head_bytes)},
      {"message_bytes", pl_json_u64(sum->message_bytes)},
      {"left_over_bytes", pl_json_u64(sum_of(sum->left_over_bytes))},
      {"left_over", by_status_json(sum->left_over_bytes)},
      {"rest_bytes", pl_json_u64(sum->rest_bytes)},
      {"tail_cut", json_boolean(sum->tail_cut)},
  };
  json_t *object = json_object();
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
    (void)json_object_set_new(object, fields[i].key, fields[i].value);
  put_line(out, json_pack("{s:o}", "summary", object));
}

static void put_by_status(FILE *out, const uint64_t *counts) {
  const char *separator = " (";
  for (uint32_t i = 0; i < PL_STATUS_COUNT; i++) {
    if (counts[i] == 0) continue;
    (void)fprintf(out, "%s%" PRIu64 " %s", separator, counts[i], pl_status_name((enum pl_status)i));
    separator = ", ";
  }
  (void)fputs(*separator == ',' ? ")\n" : "\n", out);
}

void pl_decode_report_text(FILE *out, const struct pl_layout *layout, bool detected,
                           const struct pl_decode_sum *sum) {
  (void)fprintf(out, "venue     %s%s\n", layout->venue, detected ? " (detected)" : "");
  (void)fprintf(out, "frames    %" PRIu64 " read = %" PRIu64 " packets + %" PRIu64 " not decoded",
                sum->frames, sum->packets, sum_of(sum->undecoded));
  put_by_status(out, sum->undecoded);
  if (sum->packets_damaged != 0)
    (void)fprintf(out, "          %" PRIu64 " packets are damaged\n", sum->packets_damaged);
  if (sum->tail_cut) (void)fputs("          the capture ends inside a frame\n", out);
  (void)fprintf(out,
                "payload   %" PRIu64 " bytes = %" PRIu64 " headers + %" PRIu64
                " messages + %" PRIu64 " left over",
                sum->payload_bytes, sum->head_bytes, sum->message_bytes,
                sum_of(sum->left_over_bytes));
  put_by_status(out, sum->left_over_bytes);
  if (sum->rest_bytes != 0)
    (void)fprintf(out, "          %" PRIu64 " bytes of messages are in no table\n",
                  sum->rest_bytes);
  (void)fprintf(out, "messages  %" PRIu64 "\n", sum->messages);
  for (uint32_t id = 0; id < PL_DECODE_IDS; id++) {
    if (sum->by_id[id].count == 0) continue;
    const struct pl_layout_message *message = sum->by_id[id].message;
    bool letter = layout->letters && id > ' ' && id < 0x7f;
    (void)fprintf(out, letter ? "  %10" PRIu64 "  %c %s\n" : "  %10" PRIu64 "  %u %s\n",
                  sum->by_id[id].count, id, message != NULL ? message->name : "unknown");
  }
}

static json_t *place_json(const struct pl_layout *layout, const struct pl_layout_message *message,
                          const struct pl_layout_group *group) {
  json_t *object = json_pack("{s:s}", "venue", layout->venue);
  if (message == NULL) return object;
  (void)json_object_set_new(object, layout->letters ? "type" : "template",
                            id_json(layout, message->id));
  (void)json_object_set_new(object, "message", json_string(message->name));
  (void)json_object_set_new(object, "block", json_integer(message->block_bytes));
  if (group != NULL) (void)json_object_set_new(object, "group", json_string(group->name));
  return object;
}

static void put_fields(FILE *out, json_t *place, const struct pl_layout_fields *fields) {
  static const char *const kinds[] = {[PL_LAYOUT_UINT] = "uint",
                                      [PL_LAYOUT_INT] = "int",
                                      [PL_LAYOUT_REAL] = "double",
                                      [PL_LAYOUT_TEXT] = "char",
                                      [PL_LAYOUT_MONTH_YEAR] = "month_year"};
  for (uint32_t i = 0; i < fields->count; i++) {
    const struct pl_layout_field *field = &fields->rows[i];
    json_t *row =
        json_pack("{s:s, s:i, s:i, s:s, s:i}", "field", field->name, "offset", (int)field->offset,
                  "size", (int)field->size, "kind", kinds[field->type], "since", (int)field->since);
    (void)json_object_update_missing(row, place);
    put_line(out, row);
  }
  json_decref(place);
}

static void put_message(FILE *out, const struct pl_layout *layout,
                        const struct pl_layout_message *message) {
  put_line(out, place_json(layout, message, NULL));
  put_fields(out, place_json(layout, message, NULL), &message->fields);
  for (uint32_t g = 0; g < message->groups.count; g++) {
    const struct pl_layout_group *group = &message->groups.rows[g];
    json_t *row = place_json(layout, message, group);
    (void)json_object_set_new(row, "dimension", json_integer(group->dimension.bytes));
    (void)json_object_set_new(row, "since", json_integer(group->since));
    put_line(out, row);
    put_fields(out, place_json(layout, message, group), &group->fields);
  }
  if (message->text_name == NULL) return;
  json_t *row = place_json(layout, message, NULL);
  (void)json_object_set_new(row, "string", json_string(message->text_name));
  put_line(out, row);
}

void pl_decode_report_layouts(FILE *out, const struct pl_layout *layout) {
  json_t *place = place_json(layout, NULL, NULL);
  (void)json_object_set_new(place, "header", json_string("packet"));
  put_fields(out, place, &layout->head);
  place = place_json(layout, NULL, NULL);
  (void)json_object_set_new(place, "header", json_string("message"));
  put_fields(out, place, &layout->message_head);
  for (uint32_t t = 0; t < layout->message_tables; t++)
    for (uint32_t i = 0; i < layout->messages[t]->count; i++)
      put_message(out, layout, &layout->messages[t]->rows[i]);
}
