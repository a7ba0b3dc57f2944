#include "dataplane/port/eal_log.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_log.h>

#include "engine/base/check.h"

/* The first lines tell the cause, the last what came of it. */
#define LINES_KEPT 3
#define LINE_BYTES 200

/* DPDK may log from any of its threads. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char lines[LINES_KEPT][LINE_BYTES];
static uint32_t lines_seen; /* up to LINES_KEPT */

static FILE *log_stream;
static FILE *hushed_stderr;
static FILE *real_stderr;

static bool is_kept(const char *text, size_t size_bytes) {
  for (uint32_t i = 0; i < LINES_KEPT; i++)
    if (strlen(lines[i]) == size_bytes && memcmp(lines[i], text, size_bytes) == 0) return true;
  return false;
}

static void keep_lines(const char *text, size_t size_bytes) {
  pthread_mutex_lock(&lock);
  while (size_bytes > 0) {
    const char *end = memchr(text, '\n', size_bytes);
    size_t line_bytes = end == NULL ? size_bytes : (size_t)(end - text);
    size_t kept_bytes = line_bytes < LINE_BYTES ? line_bytes : LINE_BYTES - 1;
    /* EAL says fatal things twice, once to stderr and once to its log */
    if (kept_bytes > 0 && !is_kept(text, kept_bytes)) {
      char *line = lines[lines_seen < LINES_KEPT ? lines_seen++ : LINES_KEPT - 1];
      memcpy(line, text, kept_bytes);
      line[kept_bytes] = '\0';
    }
    size_t used_bytes = end == NULL ? line_bytes : line_bytes + 1;
    text += used_bytes;
    size_bytes -= used_bytes;
  }
  pthread_mutex_unlock(&lock);
}

static ssize_t write_log(void *cookie, const char *text, size_t size_bytes) {
  (void)cookie;
  int level = rte_log_cur_msg_loglevel();
  if (level <= (int)RTE_LOG_ERR) keep_lines(text, size_bytes);
  if (level <= (int)RTE_LOG_CRIT) {
    ssize_t written = write(STDERR_FILENO, text, size_bytes);
    (void)written; /* the process is about to abort: nobody is left to tell */
  }
  return (ssize_t)size_bytes;
}

static ssize_t write_stderr(void *cookie, const char *text, size_t size_bytes) {
  (void)cookie;
  keep_lines(text, size_bytes);
  return (ssize_t)size_bytes;
}

static FILE *open_stream(ssize_t (*write_lines)(void *, const char *, size_t)) {
  FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_lines});
  if (stream != NULL) setvbuf(stream, NULL, _IOLBF, BUFSIZ); /* whole lines reach the writer */
  return stream;
}

static void close_streams(void) {
  if (log_stream != NULL) fclose(log_stream);
  if (hushed_stderr != NULL) fclose(hushed_stderr);
  log_stream = hushed_stderr = NULL;
}

bool pl_eal_log_open(void) {
  PL_CHECK(log_stream == NULL);
  log_stream = open_stream(write_log);
  hushed_stderr = open_stream(write_stderr);
  if (log_stream == NULL || hushed_stderr == NULL || rte_openlog_stream(log_stream) != 0) {
    close_streams();
    return false;
  }
  return true;
}

void pl_eal_log_close(void) {
  rte_openlog_stream(NULL);
  close_streams();
}

void pl_eal_log_hush(void) {
  PL_CHECK(hushed_stderr != NULL && real_stderr == NULL);
  pthread_mutex_lock(&lock);
  memset(lines, 0, sizeof(lines));
  lines_seen = 0;
  pthread_mutex_unlock(&lock);
  real_stderr = stderr;
  stderr = hushed_stderr;
}

void pl_eal_log_unhush(void) {
  PL_CHECK(real_stderr != NULL);
  fflush(hushed_stderr);
  stderr = real_stderr;
  real_stderr = NULL;
}

void pl_eal_log_tell(char *ret_text, size_t text_bytes) {
  pthread_mutex_lock(&lock);
  size_t at = 0;
  snprintf(ret_text, text_bytes, "no reason given");
  for (uint32_t i = 0; i < lines_seen && at < text_bytes; i++) {
    int written = snprintf(ret_text + at, text_bytes - at, "%s%s", i == 0 ? "" : "; ", lines[i]);
    if (written > 0) at += (size_t)written;
  }
  pthread_mutex_unlock(&lock);
}
