/* Every bound of the hot path, by name. A loop, queue or table that is not bounded here (or by a
 * bound of the wire format beside its decoder) is a bug. */
#ifndef ENGINE_BASE_LIMITS_H
#define ENGINE_BASE_LIMITS_H

#define PL_CACHE_LINE_BYTES 64

#define PL_FRAME_BYTES_MAX  9216 /* jumbo frame; a longer one is dropped as oversize */
#define PL_BURST_FRAMES_MAX 32   /* frames taken from a port at once */
#define PL_FRAME_EVENTS_MAX                                                                        \
  2048 /* events one frame may make; a frame that would make more is dropped */
#define PL_FRAME_MESSAGES_MAX 512 /* venue messages in one frame */
#define PL_SWEEP_EVENTS_MAX                                                                        \
  256                          /* status events made at once when a whole channel changes state    \
                                */
#define PL_CHANNELS_MAX    256 /* channels of one feed */
#define PL_CHANNEL_IDS     (1u << 18) /* a venue's channel numbers lie below */
#define PL_INSTRUMENTS_MAX 16384      /* instruments of one shard */
#define PL_EVENT_OPEN_MAX                                                                          \
  64 /* instruments whose venue event goes on in the channel's next packet */
#define PL_NAME_BYTES_MAX 40 /* instrument name with its terminating zero */
#define PL_COMBO_LEGS_MAX 8
#define PL_TICK_STEPS_MAX 8

#define PL_BOOK_LEVELS_MAX    8192  /* price levels kept a side */
#define PL_SNAPSHOTS_OPEN_MAX 16    /* multi-part snapshots being put together at once */
#define PL_JOIN_EVENTS_MAX    65536 /* updates kept for books that wait for a snapshot */
#define PL_TRAIL_UNITS        4096  /* sequence units of a channel that a snapshot may be behind */

#define PL_EVENT_RING_SLOTS    16384 /* events between the receive core and the engine core */
#define PL_DECISION_RING_SLOTS 65536 /* decisions on their way to the publisher */
#define PL_COMMAND_RING_SLOTS  256   /* operator commands on their way to the engine core */

#define PL_CAPTURE_RING_SLOTS 131072 /* of 64 bytes: frames on their way into a live capture */

#define PL_POLICY_ROWS_MAX  256 /* rows of limits in one policy */
#define PL_IMPACT_SIZES_MAX 16  /* sizes walked in one call */

#endif
