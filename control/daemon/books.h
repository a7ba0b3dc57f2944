/* The book tap: one CSV row after each book message and each completed snapshot, so that books can
 * be compared with somebody else's. Replay only: it writes a file from the engine core. */
#ifndef CONTROL_DAEMON_BOOKS_H
#define CONTROL_DAEMON_BOOKS_H

#include "dataplane/feed/feed.h"
#include "engine/step/step.h"

#include <stdio.h>

struct pl_books {
  FILE *out;
  struct pl_feed *feed; /* its notes and directory are read */
};

/* pl_books_header writes the line of column names. */
void pl_books_header(FILE *out);

/* pl_books_tap writes a row if the event ends a book message or a snapshot, of the book that the
 * event is for (levels, or sums of orders); context is a struct pl_books. frame counts captured
 * packets from 1, instrument is the venue's id, an empty side leaves its two fields empty. Engine
 * thread. */
void pl_books_tap(void *context, const struct pl_step *step, const struct pl_event *event);

#endif
