// Depth of an array of streams. Synthesis reads it in the STREAM pragma beside the array: an array of streams that carry
// their depth in their type does not convert to the array of plain streams that a process takes. Native simulation reads
// no pragma and is told here, so that it stalls where the hardware would.
#pragma once

#include <hls_stream.h>

#ifdef FPDEEP_NATIVE_STREAMS
#define FPDEEP_STREAM_DEPTH(streams, name, words) hls::native::set_depth(streams, name, words)
#else
#define FPDEEP_STREAM_DEPTH(streams, name, words)
#endif
