// All processes of the kernel library.
#pragma once

#include <ap_int.h>
#include <hls_stream.h>
#include <hls_task.h>
#include <hls_vector.h>

#include "broadcast_command.h"
#include "collect_dump.h"
#include "command.h"
#include "concat.h"
#include "conv_engine.h"
#include "conv_engine_from_partial.h"
#include "conv_engine_through_partial.h"
#include "conv_engine_to_partial.h"
#include "distribute_load.h"
#include "duplicate.h"
#include "fork_features.h"
#include "fork_features_pass.h"
#include "gradient_engine.h"
#include "link_rx.h"
#include "link_tx.h"
#include "pack.h"
#include "relu_pool.h"
#include "relu_pool_backward.h"
#include "softmax_loss.h"
#include "split.h"
#include "stream_depth.h"
#include "unpack.h"
#include "weight_store.h"
#include "weight_store_first.h"
#include "window.h"
