// Cycle-level hints of the vendor's: a native run has no cycles.
#pragma once
#include <ap_int.h>
inline void ap_wait() {}
inline void ap_wait_n(int) {}
