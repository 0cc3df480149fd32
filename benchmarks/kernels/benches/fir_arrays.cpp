// One call of the filter on 1024 samples, beside the sum of products written out.
void fir_arrays(const short x[1024], int y[1024]);

int main() {
    static const int coefficients[5] = {1283, -3947, 12651, -3947, 1283};
    static short x[1024];
    static int y[1024];
    for (int n = 0; n < 1024; n++) x[n] = (short)(n * 2731 + n * n * 13);
    fir_arrays(x, y);
    int wrong = 0;
    for (int n = 0; n < 1024; n++) {
        int sum = 0;
        for (int i = 0; i < 5 && i <= n; i++) sum += x[n - i] * coefficients[i];
        wrong += y[n] != sum;
    }
    return wrong != 0;
}
