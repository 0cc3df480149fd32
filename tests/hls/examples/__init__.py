"""Small kernels in the manner of an introduction to HLS, each with a test bench that returns 0 when all is well."""
