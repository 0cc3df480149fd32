// 3x3 convolution of an image of 12 rows x 16 columns, line buffers and window, valid region only.
#include "ap_int.h"
#include "hls_stream.h"

#define ROWS 12
#define COLS 16
typedef ap_uint<8> pixel_t;

void conv3x3(hls::stream<pixel_t>& src, hls::stream<ap_int<16> >& dst) {
#pragma HLS INTERFACE mode=axis port=src
#pragma HLS INTERFACE mode=axis port=dst
    static const ap_int<5> kernel[3][3] = {{1, -2, 3}, {-4, 5, -6}, {7, -8, 9}};
    static pixel_t line_buffer[2][COLS];
#pragma HLS ARRAY_PARTITION variable=line_buffer complete dim=1
    static pixel_t window[3][3];
#pragma HLS ARRAY_PARTITION variable=window complete dim=0

row_loop:
    for (int row = 0; row < ROWS; row++) {
    col_loop:
        for (int col = 0; col < COLS; col++) {
#pragma HLS PIPELINE II=1
            pixel_t fresh = src.read();
            for (int i = 0; i < 3; i++) {
                window[i][0] = window[i][1];
                window[i][1] = window[i][2];
            }
            window[0][2] = line_buffer[0][col];
            window[1][2] = line_buffer[1][col];
            window[2][2] = fresh;
            line_buffer[0][col] = line_buffer[1][col];
            line_buffer[1][col] = fresh;
            if (row >= 2 && col >= 2) {
                ap_int<16> sum = 0;
                for (int i = 0; i < 3; i++)
                    for (int j = 0; j < 3; j++) sum += window[i][j] * kernel[i][j];
                dst.write(sum);
            }
        }
    }
}
