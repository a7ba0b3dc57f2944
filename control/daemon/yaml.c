#include "control/daemon/yaml.h"

#include "engine/base/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct pl_yaml {
  char *name, *bytes;
  size_t size_bytes;
  bool loaded;
  yaml_document_t document;
  char *error; /* the caller's */
  size_t error_bytes;
};

static enum pl_status fail_at(struct pl_yaml *yaml, size_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum pl_status fail_va(struct pl_yaml *yaml, size_t line, const char *format,
                              va_list arguments) {
  int used = snprintf(yaml->error, yaml->error_bytes, "%s:%zu: ", yaml->name, line);
  if (used > 0 && (size_t)used < yaml->error_bytes)
    (void)vsnprintf(yaml->error + used, yaml->error_bytes - (size_t)used, format, arguments);
  return PL_E_CONFIG;
}

static enum pl_status fail_at(struct pl_yaml *yaml, size_t line, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  enum pl_status status = fail_va(yaml, line, format, arguments);
  va_end(arguments);
  return status;
}

/* The document API wants a document it may change; nothing here does. */
static yaml_node_t *node_at(const struct pl_yaml *yaml, uint32_t node) {
  yaml_node_t *found =
      yaml_document_get_node((yaml_document_t *)(uintptr_t)&yaml->document, (int)node);
  PL_CHECK(found != NULL);
  return found;
}

enum pl_status pl_yaml_fail(struct pl_yaml *yaml, uint32_t node, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  enum pl_status status =
      fail_va(yaml, node_at(yaml, node)->start_mark.line + 1, format, arguments);
  va_end(arguments);
  return status;
}

/* --- form: what is refused before a document is built --- */

struct form {
  uint32_t depth, nodes, documents;
};

static enum pl_status check_scalar(struct pl_yaml *yaml, const yaml_event_t *event, size_t line) {
  const unsigned char *value = event->data.scalar.value;
  for (size_t i = 0; i < event->data.scalar.length; i++)
    if (value[i] < ' ' || value[i] > '~')
      return fail_at(yaml, line, "only printable ASCII is taken outside comments");
  return PL_OK;
}

static enum pl_status check_event(struct pl_yaml *yaml, const yaml_event_t *event,
                                  struct form *form) {
  size_t line = event->start_mark.line + 1;
  const yaml_char_t *anchor = NULL, *tag = NULL;
  switch (event->type) {
  case YAML_DOCUMENT_START_EVENT:
    if (form->documents++ > 0) return fail_at(yaml, line, "a second document is not taken");
    return PL_OK;
  case YAML_ALIAS_EVENT: return fail_at(yaml, line, "aliases (*name) are not taken");
  case YAML_SCALAR_EVENT:
    anchor = event->data.scalar.anchor, tag = event->data.scalar.tag;
    if (check_scalar(yaml, event, line) != PL_OK) return PL_E_CONFIG;
    break;
  case YAML_SEQUENCE_START_EVENT:
    anchor = event->data.sequence_start.anchor, tag = event->data.sequence_start.tag;
    form->depth++;
    break;
  case YAML_MAPPING_START_EVENT:
    anchor = event->data.mapping_start.anchor, tag = event->data.mapping_start.tag;
    form->depth++;
    break;
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT: form->depth--; return PL_OK;
  default: return PL_OK;
  }
  if (anchor != NULL) return fail_at(yaml, line, "anchors (&name) are not taken");
  if (tag != NULL) return fail_at(yaml, line, "tags (!name) are not taken");
  if (form->depth > PL_YAML_DEPTH_MAX) return fail_at(yaml, line, "nested too deeply");
  if (++form->nodes > PL_YAML_NODES_MAX) return fail_at(yaml, line, "too many values");
  return PL_OK;
}

static enum pl_status parser_failed(struct pl_yaml *yaml, const yaml_parser_t *parser) {
  const char *problem = parser->problem != NULL ? parser->problem : "not YAML";
  return fail_at(yaml, parser->problem_mark.line + 1, "%s", problem);
}

static void start_parser(const struct pl_yaml *yaml, yaml_parser_t *parser) {
  PL_CHECK(yaml_parser_initialize(parser)); /* fails for want of memory only */
  yaml_parser_set_input_string(parser, (const unsigned char *)yaml->bytes, yaml->size_bytes);
}

static enum pl_status check_form(struct pl_yaml *yaml) {
  yaml_parser_t parser;
  struct form form = {0};
  enum pl_status status = PL_OK;
  start_parser(yaml, &parser);
  for (bool more = true; status == PL_OK && more;) {
    yaml_event_t event;
    if (!yaml_parser_parse(&parser, &event)) {
      status = parser_failed(yaml, &parser);
      break;
    }
    more = event.type != YAML_STREAM_END_EVENT;
    status = check_event(yaml, &event, &form);
    yaml_event_delete(&event);
  }
  yaml_parser_delete(&parser);
  if (status == PL_OK && form.documents == 0) status = fail_at(yaml, 1, "the file holds nothing");
  return status;
}

/* --- the document --- */

static enum pl_status check_keys(struct pl_yaml *yaml, uint32_t node) {
  uint32_t count = pl_yaml_count(yaml, node), value;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t key = pl_yaml_pair(yaml, node, i, &value);
    const char *text = pl_yaml_text(yaml, key);
    if (text == NULL) return pl_yaml_fail(yaml, key, "a key must be a word");
    for (uint32_t j = 0; j < i; j++) {
      uint32_t earlier = pl_yaml_pair(yaml, node, j, &value);
      if (strcmp(pl_yaml_text(yaml, earlier), text) == 0)
        return pl_yaml_fail(yaml, key, "duplicate key '%.60s', first on line %zu", text,
                            node_at(yaml, earlier)->start_mark.line + 1);
    }
  }
  return PL_OK;
}

static enum pl_status load(struct pl_yaml *yaml) {
  yaml_parser_t parser;
  enum pl_status status = check_form(yaml);
  if (status != PL_OK) return status;
  start_parser(yaml, &parser);
  yaml->loaded = yaml_parser_load(&parser, &yaml->document) != 0;
  if (!yaml->loaded) status = parser_failed(yaml, &parser);
  yaml_parser_delete(&parser);
  if (status != PL_OK) return status;
  if (!pl_yaml_is_map(yaml, 1))
    return pl_yaml_fail(yaml, 1, "the file must hold `key: value` lines");
  size_t nodes = (size_t)(yaml->document.nodes.top - yaml->document.nodes.start);
  for (uint32_t node = 1; node <= nodes && status == PL_OK; node++)
    if (pl_yaml_is_map(yaml, node)) status = check_keys(yaml, node);
  return status;
}

enum pl_status pl_yaml_open_bytes(const char *name, const char *bytes, size_t size_bytes,
                                  struct pl_yaml **ret_yaml, char *ret_error, size_t error_bytes) {
  if (size_bytes > PL_YAML_BYTES_MAX) {
    (void)snprintf(ret_error, error_bytes, "%s:1: longer than %d bytes", name, PL_YAML_BYTES_MAX);
    return PL_E_CONFIG;
  }
  struct pl_yaml *yaml = calloc(1, sizeof *yaml);
  if (yaml == NULL) return PL_E_MEMORY;
  yaml->name = strdup(name);
  yaml->bytes = malloc(size_bytes + 1);
  yaml->error = ret_error;
  yaml->error_bytes = error_bytes;
  yaml->size_bytes = size_bytes;
  enum pl_status status = PL_E_MEMORY;
  if (yaml->name != NULL && yaml->bytes != NULL) {
    memcpy(yaml->bytes, bytes, size_bytes);
    yaml->bytes[size_bytes] = '\0';
    status = load(yaml);
  }
  if (status == PL_OK)
    *ret_yaml = yaml;
  else
    pl_yaml_close(yaml);
  return status;
}

enum pl_status pl_yaml_open(const char *path, struct pl_yaml **ret_yaml, char *ret_error,
                            size_t error_bytes) {
  char *bytes = malloc(PL_YAML_BYTES_MAX + 1);
  if (bytes == NULL) return PL_E_MEMORY;
  FILE *file = fopen(path, "re");
  size_t size_bytes = file != NULL ? fread(bytes, 1, PL_YAML_BYTES_MAX + 1, file) : 0;
  enum pl_status status = PL_OK;
  if (file == NULL || ferror(file)) {
    (void)snprintf(ret_error, error_bytes, "%s: cannot be read: %s", path, strerror(errno));
    status = PL_E_NO_FILE;
  }
  if (file != NULL) (void)fclose(file);
  if (status == PL_OK)
    status = pl_yaml_open_bytes(path, bytes, size_bytes, ret_yaml, ret_error, error_bytes);
  free(bytes);
  return status;
}

void pl_yaml_close(struct pl_yaml *yaml) {
  if (yaml == NULL) return;
  if (yaml->loaded) yaml_document_delete(&yaml->document);
  free(yaml->bytes);
  free(yaml->name);
  free(yaml);
}

const char *pl_yaml_bytes(const struct pl_yaml *yaml, size_t *ret_size_bytes) {
  *ret_size_bytes = yaml->size_bytes;
  return yaml->bytes;
}

uint32_t pl_yaml_root(const struct pl_yaml *yaml) {
  PL_CHECK(yaml->loaded);
  return 1; /* libyaml numbers nodes from 1, the root first */
}

bool pl_yaml_is_map(const struct pl_yaml *yaml, uint32_t node) {
  return node_at(yaml, node)->type == YAML_MAPPING_NODE;
}

const char *pl_yaml_text(const struct pl_yaml *yaml, uint32_t node) {
  const yaml_node_t *found = node_at(yaml, node);
  return found->type == YAML_SCALAR_NODE ? (const char *)found->data.scalar.value : NULL;
}

uint32_t pl_yaml_count(const struct pl_yaml *yaml, uint32_t node) {
  if (node == 0) return 0;
  const yaml_node_t *found = node_at(yaml, node);
  if (found->type == YAML_MAPPING_NODE)
    return (uint32_t)(found->data.mapping.pairs.top - found->data.mapping.pairs.start);
  if (found->type == YAML_SEQUENCE_NODE)
    return (uint32_t)(found->data.sequence.items.top - found->data.sequence.items.start);
  return 0;
}

uint32_t pl_yaml_item(const struct pl_yaml *yaml, uint32_t node, uint32_t index) {
  PL_CHECK(index < pl_yaml_count(yaml, node) && !pl_yaml_is_map(yaml, node));
  return (uint32_t)node_at(yaml, node)->data.sequence.items.start[index];
}

uint32_t pl_yaml_pair(const struct pl_yaml *yaml, uint32_t node, uint32_t index,
                      uint32_t *ret_value) {
  PL_CHECK(index < pl_yaml_count(yaml, node) && pl_yaml_is_map(yaml, node));
  const yaml_node_pair_t *pair = &node_at(yaml, node)->data.mapping.pairs.start[index];
  *ret_value = (uint32_t)pair->value;
  return (uint32_t)pair->key;
}
