// What of <stdlib.h> has hardware, for synthesis without a C library.
#pragma once
#include "stddef.h"
constexpr int abs(int v) { return v < 0 ? -v : v; }
constexpr long labs(long v) { return v < 0 ? -v : v; }
constexpr long long llabs(long long v) { return v < 0 ? -v : v; }
