// The same in native runs and in synthesis.
#pragma once
#include "../include/hls_dsp_builtins.h"
