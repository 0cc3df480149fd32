// All processes of the kernel library.
#pragma once

#include "conv_engine.h"
#include "conv_engine_from_partial.h"
#include "conv_engine_through_partial.h"
#include "conv_engine_to_partial.h"
#include "duplicate.h"
#include "fork_features.h"
#include "fork_features_pass.h"
#include "relu_pool.h"
#include "relu_pool_backward.h"
#include "window.h"
#include <hls_task.h>
