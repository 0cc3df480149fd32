// The vendor's internal operations; sources include it for ap_wait alone.
#pragma once
#include "../ap_utils.h"
