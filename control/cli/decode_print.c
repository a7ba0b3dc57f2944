#include "control/cli/decode_print.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define NAME_COLUMNS 32

static void put_text(const struct pl_decode_printer *printer, const uint8_t *text,
                     uint32_t size_bytes) {
  FILE *out = printer->out;
  while (size_bytes > 0 && text[size_bytes - 1] == 0) size_bytes--;
  (void)fputc('"', out);
  for (uint32_t i = 0; i < size_bytes; i++)
    if (text[i] == '"' || text[i] == '\\')
      (void)fprintf(out, "\\%c", text[i]);
    else if (text[i] < 0x20 || text[i] >= 0x7f)
      (void)fprintf(out, "\\u%04x", text[i]);
    else
      (void)fputc(text[i], out);
  (void)fputc('"', out);
}

static void put_name(const struct pl_decode_printer *printer, const char *name, bool *first) {
  if (!*first) (void)fputc(printer->json ? ',' : ' ', printer->out);
  *first = false;
  (void)fprintf(printer->out, printer->json ? "\"%s\":" : "%s=", name);
}

static void put_real(FILE *out, uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  if (isfinite(value))
    (void)fprintf(out, "%.17g", value);
  else
    (void)fputs("null", out);
}

static void put_fields(const struct pl_decode_printer *printer,
                       const struct pl_layout_fields *fields, const uint8_t *block,
                       uint32_t block_bytes, uint16_t version, bool *first);

static void put_value(const struct pl_decode_printer *printer, const struct pl_layout_field *field,
                      const uint8_t *at) {
  bool big_endian = printer->layout->big_endian, first = true;
  switch (field->type) {
  case PL_LAYOUT_UINT:
    (void)fprintf(printer->out, "%" PRIu64, pl_layout_uint(at, field->size, big_endian));
    break;
  case PL_LAYOUT_INT:
    (void)fprintf(printer->out, "%" PRId64, pl_layout_int(at, field->size, big_endian));
    break;
  case PL_LAYOUT_REAL: put_real(printer->out, pl_layout_uint(at, field->size, big_endian)); break;
  case PL_LAYOUT_TEXT: put_text(printer, at, field->size); break;
  default: /* PL_LAYOUT_MONTH_YEAR: its parts are numbers, so this goes no deeper */
    (void)fputc('{', printer->out);
    put_fields(printer, &pl_layout_month_year, at, field->size, 0, &first);
    (void)fputc('}', printer->out);
    break;
  }
}

static void put_fields(const struct pl_decode_printer *printer,
                       const struct pl_layout_fields *fields, const uint8_t *block,
                       uint32_t block_bytes, uint16_t version, bool *first) {
  for (uint32_t i = 0; i < fields->count; i++) {
    const struct pl_layout_field *field = &fields->rows[i];
    if (!pl_layout_has(field, block_bytes, version)) continue;
    put_name(printer, field->name, first);
    put_value(printer, field, block + field->offset);
  }
}

static void put_groups(const struct pl_decode_printer *printer, const struct pl_layout_item *item,
                       bool *first) {
  for (uint32_t g = 0; g < item->group_count; g++) {
    if (item->groups[g].group == NULL) continue;
    put_name(printer, item->groups[g].group->name, first);
    (void)fputc('[', printer->out);
    for (uint32_t i = 0; i < item->groups[g].count; i++) {
      bool first_inside = true;
      uint32_t entry_bytes = item->groups[g].entry_bytes;
      if (i > 0) (void)fputc(printer->json ? ',' : ' ', printer->out);
      (void)fputc('{', printer->out);
      put_fields(printer, &item->groups[g].group->fields,
                 item->groups[g].entries + (size_t)i * entry_bytes, entry_bytes, item->version,
                 &first_inside);
      (void)fputc('}', printer->out);
    }
    (void)fputc(']', printer->out);
  }
}

static void put_message_fields(const struct pl_decode_printer *printer,
                               const struct pl_layout_item *item) {
  bool first = true;
  if (item->message == NULL) return;
  put_fields(printer, &item->message->fields, item->block, item->block_bytes, item->version,
             &first);
  put_groups(printer, item, &first);
  if (item->text == NULL) return;
  put_name(printer, item->message->text_name, &first);
  put_text(printer, item->text, item->text_bytes);
}

void pl_decode_print_capture(const struct pl_decode_printer *printer, const char *path) {
  if (!printer->json) {
    (void)fprintf(printer->out, "capture %s\n", path);
    return;
  }
  (void)fputs("{\"capture\":", printer->out);
  put_text(printer, (const uint8_t *)path, (uint32_t)strlen(path));
  (void)fputs("}\n", printer->out);
}

void pl_decode_print_packet(const struct pl_decode_printer *printer, uint64_t frame,
                            const uint8_t *data, size_t size_bytes) {
  const struct pl_layout *layout = printer->layout;
  bool first = true;
  uint64_t seq = pl_layout_uint(data + layout->seq_at, layout->seq_bytes, layout->big_endian);
  if (printer->json)
    (void)fprintf(printer->out,
                  "{\"frame\":%" PRIu64 ",\"seq\":%" PRIu64 ",\"size\":%zu,\"packet\":{", frame,
                  seq, size_bytes);
  else
    (void)fprintf(printer->out, "%8" PRIu64 "      %5zu bytes  %-*s ", frame, size_bytes,
                  NAME_COLUMNS, "packet");
  put_fields(printer, &layout->head, data, layout->head_bytes, 0, &first);
  (void)fputs(printer->json ? "}}\n" : "\n", printer->out);
}

static void put_message_head_json(const struct pl_decode_printer *printer, uint64_t frame,
                                  uint32_t number, const struct pl_layout_item *item) {
  FILE *out = printer->out;
  bool first = true;
  (void)fprintf(out, "{\"frame\":%" PRIu64 ",\"message\":%" PRIu32 ",\"offset\":%zu,", frame,
                number, item->offset);
  if (printer->layout->letters) {
    uint8_t letter = (uint8_t)item->id;
    (void)fputs("\"type\":", out);
    put_text(printer, &letter, 1);
  } else {
    (void)fprintf(out, "\"template\":%u", item->id);
  }
  if (item->message != NULL)
    (void)fprintf(out, ",\"name\":\"%s\"", item->message->name);
  else
    (void)fputs(",\"name\":null", out);
  if (printer->layout->versioned) (void)fprintf(out, ",\"version\":%u", item->version);
  if (item->rest_bytes != 0) (void)fprintf(out, ",\"rest_bytes\":%" PRIu32, item->rest_bytes);
  (void)fputs(",\"header\":{", out);
  put_fields(printer, &printer->layout->message_head, item->head,
             printer->layout->message_head_bytes, 0, &first);
  (void)fputs("},\"fields\":{", out);
}

static void put_message_head_text(const struct pl_decode_printer *printer, uint64_t frame,
                                  uint32_t number, const struct pl_layout_item *item) {
  FILE *out = printer->out;
  char title[NAME_COLUMNS * 2];
  const char *name = item->message != NULL ? item->message->name : "unknown";
  int length = printer->layout->letters && item->id > ' ' && item->id < 0x7f
                   ? snprintf(title, sizeof title, "%c %s", item->id, name)
                   : snprintf(title, sizeof title, "%u %s", item->id, name);
  if (printer->layout->versioned && length > 0 && (size_t)length < sizeof title)
    (void)snprintf(title + length, sizeof title - (size_t)length, " v%u", item->version);
  (void)fprintf(out, "%8" PRIu64 ".%-4" PRIu32 " @%-10zu %-*s ", frame, number, item->offset,
                NAME_COLUMNS, title);
  if (item->rest_bytes != 0) (void)fprintf(out, "(%" PRIu32 " bytes unknown) ", item->rest_bytes);
}

void pl_decode_print_message(const struct pl_decode_printer *printer, uint64_t frame,
                             uint32_t number, const struct pl_layout_item *item) {
  if (printer->json)
    put_message_head_json(printer, frame, number, item);
  else
    put_message_head_text(printer, frame, number, item);
  put_message_fields(printer, item);
  (void)fputs(printer->json ? "}}\n" : "\n", printer->out);
}

void pl_decode_print_error(const struct pl_decode_printer *printer, uint64_t frame,
                           enum pl_status status, size_t offset) {
  (void)fprintf(printer->out,
                printer->json ? "{\"frame\":%" PRIu64 ",\"error\":\"%s\",\"offset\":%zu}\n"
                              : "%8" PRIu64 "      ERROR %s @%zu\n",
                frame, pl_status_name(status), offset);
}

void pl_decode_print_undecoded(const struct pl_decode_printer *printer, uint64_t frame,
                               enum pl_status status) {
  (void)fprintf(printer->out,
                printer->json ? "{\"frame\":%" PRIu64 ",\"error\":\"%s\"}\n"
                              : "%8" PRIu64 "      not decoded: %s\n",
                frame, pl_status_name(status));
}
