#pragma once
constexpr int CAPACITY = 96;
int scale_memory(const int *in, short *out, int count, int factor);
