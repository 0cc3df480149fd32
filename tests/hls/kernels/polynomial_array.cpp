// Values of a polynomial of degree 3 over an array, in place; the greatest of them is the result.
static const int N = 24;

int polynomial_array(int values[N], const short coefficients[4], unsigned char n, bool negate) {
#pragma HLS ARRAY_PARTITION variable=coefficients complete
    int most = -2147483647 - 1;
    for (int i = 0; i < n; i++) {
#pragma HLS PIPELINE II=1
#pragma HLS LOOP_TRIPCOUNT min=1 max=24
        int x = values[i] & 0x3ff, y = coefficients[3];
        y = y * x + coefficients[2];
        y = y * x + coefficients[1];
        y = y * x + coefficients[0];
        if (negate) y = -y;
        values[i] = y;
        most = y > most ? y : most;
    }
    return most;
}
