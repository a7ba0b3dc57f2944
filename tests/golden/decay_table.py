#!/usr/bin/python3
"""Prints the table of engine/base/fixed.c: round(2^32 * 2^(-i/256)) for i = 0..256.

The first entry, 2^32, does not fit 32 bits; it is stored as 2^32 - 1, so that a decay of zero
elapsed time is handled apart. Exact integers by the decimal module, no floating point.
"""
from decimal import Decimal, getcontext

getcontext().prec = 60
rows = []
for i in range(257):
    value = Decimal(2) ** 32 * Decimal(2) ** (Decimal(-i) / 256)
    rows.append(min(int(value.to_integral_value()), 2**32 - 1))
for start in range(0, 257, 6):
    print("    " + " ".join(f"0x{v:08x}," for v in rows[start : start + 6]))
