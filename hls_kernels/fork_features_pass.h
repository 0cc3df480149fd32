// Fork of a slice's input features that also passes them on to the next slice of the layer.
//
//   for each command                              one cycle
//     for image < images of the command
//       for word < WORDS                          one cycle each
//
// One activation is one cycle, the nest is in the counters: nothing lies between images or commands.
#pragma once

#include "arithmetic.h"
#include "command.h"

template <typename C>
void fork_features_pass(hls::stream<Command>& command, hls::stream<hls::vector<ap_int<C::WIDTH>, C::LANES>>& in,
                        hls::stream<hls::vector<ap_int<C::WIDTH>, C::LANES>>& engine,
                        hls::stream<hls::vector<ap_int<C::WIDTH>, C::LANES>>& cache,
                        hls::stream<hls::vector<ap_int<C::WIDTH>, C::LANES>>& pass) {
#pragma HLS PIPELINE II=1
    static ap_uint<16> images_left = 0;
    static bool trains = false;
    static Counter<C::WORDS> word = 0;
    if (images_left == 0) {
        const Command order = command.read();
        images_left = command_images(order);
        trains = command_trains(order);
    } else {
        const hls::vector<ap_int<C::WIDTH>, C::LANES> features = in.read();
        engine.write(features);
        pass.write(features);
        if (trains) {
            cache.write(features);
        }
        if (word == C::WORDS - 1) {
            word = 0;
            images_left = images_left - 1;
        } else {
            word = word + 1;
        }
    }
}
