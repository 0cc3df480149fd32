// The same in native runs and in synthesis.
#pragma once
#include "../include/x_hls_utils.h"
