// What a group of kernels tells the driver: its stream ports, and how to step the model.
#pragma once
#include <cstdint>

struct Port {
    const char* kernel;
    const char* name;
    bool is_input;
    int bytes;  // of the storage at `data`
    int words;  // 32-bit words in the file, for each word of the stream
    void* data;
    unsigned char* valid;
    unsigned char* ready;
};

extern Port* const ports;
extern const int port_count;
void set_clock(bool clock);
void set_reset_n(bool reset_n);
void eval();
