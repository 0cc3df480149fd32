// The same in native runs and in synthesis.
#pragma once
#include "../include/ap_axi_sdata.h"
