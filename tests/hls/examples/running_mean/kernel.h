#pragma once
constexpr int MAXIMUM = 64;
int running_mean(const short samples[MAXIMUM], int count, short means[MAXIMUM]);
