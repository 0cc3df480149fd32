// The same by another name.
#pragma once
#include "../x_hls_utils.h"
