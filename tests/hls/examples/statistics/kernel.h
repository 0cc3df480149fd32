#pragma once
enum { COUNT = 20, STOP = 12345 };
struct Range {
    int low, high;
};
bool statistics(const int values[COUNT], int limit, Range *range, int &above);
