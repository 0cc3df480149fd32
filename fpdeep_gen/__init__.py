"""Train one convolutional network as a fine-grained pipeline over a row of FPGA boards."""

__version__ = "0.1.0"
