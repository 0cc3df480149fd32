"""Native tests of the HLS kernels against the mathematics."""
