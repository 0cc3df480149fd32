// What of <stdlib.h> has hardware, for synthesis without a C library. What has none is declared without a body, which
// is an error where the top calls it.
#pragma once
#include "stddef.h"
#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
#define RAND_MAX 2147483647
constexpr int abs(int v) { return v < 0 ? -v : v; }
constexpr long labs(long v) { return v < 0 ? -v : v; }
constexpr long long llabs(long long v) { return v < 0 ? -v : v; }
extern "C" {
void *malloc(size_t);
void *calloc(size_t, size_t);
void *realloc(void *, size_t);
void free(void *);
void exit(int);
void abort(void);
int atexit(void (*)(void));
int rand(void);
void srand(unsigned);
int system(const char *);
char *getenv(const char *);
int atoi(const char *);
long atol(const char *);
double atof(const char *);
long strtol(const char *, char **, int);
unsigned long strtoul(const char *, char **, int);
double strtod(const char *, char **);
}
