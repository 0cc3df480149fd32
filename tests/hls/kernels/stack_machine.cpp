// A stack machine: push, add, subtract, multiply, duplicate, swap, output. One instruction at a time.
#include "ap_int.h"
#include "hls_stream.h"

#define PUSH 0
#define ADD 1
#define SUB 2
#define MUL 3
#define DUP 4
#define SWAP 5
#define OUT 6

void stack_machine(hls::stream<ap_uint<19> >& program, hls::stream<short>& out) {
    static short stack[16];
    static ap_uint<4> pointer = 0;
    const ap_uint<19> instruction = program.read();
    const short literal = instruction.range(18, 3).to_int();
    const short top = stack[ap_uint<4>(pointer - 1)];
    const short next = stack[ap_uint<4>(pointer - 2)];
    switch (instruction.range(2, 0).to_uint()) {
    case PUSH:
        stack[pointer] = literal;
        pointer++;
        break;
    case ADD:
        stack[ap_uint<4>(pointer - 2)] = next + top;
        pointer--;
        break;
    case SUB:
        stack[ap_uint<4>(pointer - 2)] = next - top;
        pointer--;
        break;
    case MUL:
        stack[ap_uint<4>(pointer - 2)] = next * top;
        pointer--;
        break;
    case DUP:
        stack[pointer] = top;
        pointer++;
        break;
    case SWAP:
        stack[ap_uint<4>(pointer - 1)] = next;
        stack[ap_uint<4>(pointer - 2)] = top;
        break;
    case OUT:
        out.write(top);
        pointer--;
        break;
    default:
        break;
    }
}
