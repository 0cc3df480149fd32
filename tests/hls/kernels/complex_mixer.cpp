// Complex product with three multiplications, rounding half up.
#include "ap_int.h"
#include "hls_stream.h"

struct Complex {
    ap_int<16> re, im;
};

static Complex multiply(const Complex& a, const Complex& b) {
    const ap_int<34> k1 = b.re * (a.re + a.im);
    const ap_int<34> k2 = a.re * (b.im - b.re);
    const ap_int<34> k3 = a.im * (b.re + b.im);
    Complex r;
    r.re = (k1 - k3 + (1 << 14)) >> 15;
    r.im = (k1 + k2 + (1 << 14)) >> 15;
    return r;
}

void complex_mixer(hls::stream<ap_int<16> >& re, hls::stream<ap_int<16> >& im, hls::stream<ap_int<16> >& re_out,
                   hls::stream<ap_int<16> >& im_out) {
    static Complex rotor = {32767, 0};
    const Complex step = {30274, 12540};
#pragma HLS PIPELINE II=3
    Complex sample;
    sample.re = re.read();
    sample.im = im.read();
    Complex mixed = multiply(sample, rotor);
    rotor = multiply(rotor, step);
    re_out.write(mixed.re);
    im_out.write(mixed.im);
}
