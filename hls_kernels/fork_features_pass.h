// Fork of a slice's input features that also passes them on to the next slice of the layer.
//
//   for each command (one activation)
//     for image < images of the command
//       for word < WORDS                          one cycle each
#pragma once

#include "arithmetic.h"
#include "command.h"

template <typename C>
void fork_features_pass(hls::stream<Command>& command, hls::stream<hls::vector<ap_int<C::WIDTH>, C::LANES>>& in,
                        hls::stream<hls::vector<ap_int<C::WIDTH>, C::LANES>>& engine,
                        hls::stream<hls::vector<ap_int<C::WIDTH>, C::LANES>>& cache,
                        hls::stream<hls::vector<ap_int<C::WIDTH>, C::LANES>>& pass) {
    const Command order = command.read();
    const bool trains = command_trains(order);
    const ap_uint<16> images = command_images(order);
    for (ap_uint<16> image = 0; image < images; ++image) {
        for (int word = 0; word < C::WORDS; ++word) {
#pragma HLS PIPELINE II=1
            const hls::vector<ap_int<C::WIDTH>, C::LANES> features = in.read();
            engine.write(features);
            pass.write(features);
            if (trains) {
                cache.write(features);
            }
        }
    }
}
