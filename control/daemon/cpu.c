#include "control/daemon/cpu.h"

#include <cpuid.h>
#include <stdint.h>
#include <unistd.h>

/* This file is compiled like all others, so the compiler's macros say what the build may use; its
 * functions alone keep to what every x86-64 has. */
#define LEAF_1_ECX_MOVBE   (1u << 22)
#define LEAF_1_ECX_F16C    (1u << 29)
#define LEAF_EXTENDED      0x80000001u
#define EXTENDED_ECX_LZCNT (1u << 5)

struct need {
  const char *name;
  bool met;
};

/* Those that the compiler's own check does not know by name. */
PL_CPU_BASELINE static bool has_leaf_bit(uint32_t leaf, uint32_t ecx_bit) {
  uint32_t eax, ebx, ecx, edx;
  return __get_cpuid(leaf, &eax, &ebx, &ecx, &edx) != 0 && (ecx & ecx_bit) != 0;
}

PL_CPU_BASELINE bool pl_cpu_is_enough(const char **ret_missing) {
  __builtin_cpu_init();
  const struct need needs[] = {
      {"SSE2", __builtin_cpu_supports("sse2") != 0},
#ifdef __SSE4_2__
      {"SSE4.2", __builtin_cpu_supports("sse4.2") != 0},
#endif
#ifdef __POPCNT__
      {"POPCNT", __builtin_cpu_supports("popcnt") != 0},
#endif
#ifdef __AVX__
      {"AVX", __builtin_cpu_supports("avx") != 0},
#endif
#ifdef __AVX2__
      {"AVX2", __builtin_cpu_supports("avx2") != 0},
#endif
#ifdef __BMI__
      {"BMI1", __builtin_cpu_supports("bmi") != 0},
#endif
#ifdef __BMI2__
      {"BMI2", __builtin_cpu_supports("bmi2") != 0},
#endif
#ifdef __FMA__
      {"FMA", __builtin_cpu_supports("fma") != 0},
#endif
#ifdef __MOVBE__
      {"MOVBE", has_leaf_bit(1, LEAF_1_ECX_MOVBE)},
#endif
#ifdef __F16C__
      {"F16C", has_leaf_bit(1, LEAF_1_ECX_F16C)},
#endif
#ifdef __LZCNT__
      {"LZCNT", has_leaf_bit(LEAF_EXTENDED, EXTENDED_ECX_LZCNT)},
#endif
#ifdef __AVX512F__
      {"AVX-512F", __builtin_cpu_supports("avx512f") != 0},
#endif
#ifdef __AVX512BW__
      {"AVX-512BW", __builtin_cpu_supports("avx512bw") != 0},
#endif
#ifdef __AVX512VL__
      {"AVX-512VL", __builtin_cpu_supports("avx512vl") != 0},
#endif
  };
  for (uint32_t i = 0; i < sizeof needs / sizeof *needs; i++) {
    if (needs[i].met) continue;
    *ret_missing = needs[i].name;
    return false;
  }
  return true;
}

PL_CPU_BASELINE static void say(const char *text) {
  size_t length = 0;
  while (text[length] != '\0') length++;
  ssize_t ignored = write(STDERR_FILENO, text, length);
  (void)ignored;
}

PL_CPU_BASELINE int pl_cpu_refuse(const char *program, const char *missing) {
  say(program);
  say(": this processor lacks ");
  say(missing);
  say(", which it was built for (" PL_MARCH "): rebuild with -DPL_MARCH=native\n");
  return 1;
}
