// The same by another name.
#pragma once
#include "../ap_utils.h"
