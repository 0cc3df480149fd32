#pragma once
#include "ap_int.h"

constexpr int ROWS = 6, COLUMNS = 16;
typedef ap_int<9> coefficient_t;
typedef ap_int<24> sum_t;
void matrix_vector(const coefficient_t matrix[ROWS][COLUMNS], const coefficient_t vector[COLUMNS], sum_t out[ROWS]);
