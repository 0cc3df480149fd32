// Every output gets every command. One cycle a command.
#pragma once

#include "command.h"
#include <hls_stream.h>

template <typename C>
void broadcast_command(hls::stream<Command>& in, hls::stream<Command> (&out)[C::OUTPUTS]) {
#pragma HLS PIPELINE II=1
    const Command order = in.read();
    for (int output = 0; output < C::OUTPUTS; ++output) {
#pragma HLS UNROLL
        out[output].write(order);
    }
}
