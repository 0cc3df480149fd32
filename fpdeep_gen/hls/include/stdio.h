// Printing is for native runs: in synthesis it does nothing. Reading, files and texts have no hardware: functions
// without a body, which is an error where the top calls them.
#pragma once
#include "stddef.h"
struct FILE;
inline constexpr FILE *stdin = nullptr, *stdout = nullptr, *stderr = nullptr;
#define EOF (-1)
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
template <typename... A> constexpr int printf(const char *, const A &...) { return 0; }
template <typename... A> constexpr int fprintf(FILE *, const char *, const A &...) { return 0; }
constexpr int puts(const char *) { return 0; }
constexpr int fputs(const char *, FILE *) { return 0; }
constexpr int putchar(int letter) { return letter; }
constexpr void perror(const char *) {}
constexpr int fflush(FILE *) { return 0; }
extern "C" {
FILE *fopen(const char *, const char *);
int fclose(FILE *);
int feof(FILE *);
int ferror(FILE *);
void rewind(FILE *);
int fseek(FILE *, long, int);
long ftell(FILE *);
size_t fread(void *, size_t, size_t, FILE *);
size_t fwrite(const void *, size_t, size_t, FILE *);
char *fgets(char *, int, FILE *);
int fgetc(FILE *);
int getc(FILE *);
int getchar(void);
int scanf(const char *, ...);
int fscanf(FILE *, const char *, ...);
int sscanf(const char *, const char *, ...);
int sprintf(char *, const char *, ...);
int snprintf(char *, size_t, const char *, ...);
int remove(const char *);
}
