// The same in native runs and in synthesis.
#pragma once
#include "../include/hls_np_channel.h"
