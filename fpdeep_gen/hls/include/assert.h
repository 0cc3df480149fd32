// Assertions are for native runs: in synthesis they say nothing.
#pragma once
#undef assert
#define assert(condition) ((void)0)
#ifndef static_assert
#define _Static_assert static_assert
#endif
