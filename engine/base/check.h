/* Two kinds of wrong: the world is wrong -> enum pl_status; the program is wrong -> PL_CHECK, which
 * stays on in release. A failed check never returns: it says where and aborts, and whoever reads
 * the decisions sees them expire into their static limits. */
#ifndef ENGINE_BASE_CHECK_H
#define ENGINE_BASE_CHECK_H

_Noreturn void pl_check_failed(const char *expression, const char *file, int line);

#define PL_LIKELY(x)   __builtin_expect(!!(x), 1)
#define PL_UNLIKELY(x) __builtin_expect(!!(x), 0)

#define PL_CHECK(expression)                                                                       \
  (PL_LIKELY(expression) ? (void)0 : pl_check_failed(#expression, __FILE__, __LINE__))

/* For what costs more than O(1): only in builds that define PL_DEEP_CHECKS (debug, sanitizers). */
#ifdef PL_DEEP_CHECKS
#define PL_CHECK_DEEP(expression) PL_CHECK(expression)
#else
#define PL_CHECK_DEEP(expression) ((void)sizeof(expression))
#endif

#endif
