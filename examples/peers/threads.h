/* Threads of the same kind, numbered, and joined: how the C programs of this folder begin and end.
   Their number, or the size of the program, is its first argument. */
#pragma once

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { threads_max = 32 };

/* Runs body(0) ... body(count - 1), each in a thread of its own, and waits for all of them. `body`
   gets a pointer to its number. */
static inline void in_threads(int count, void* (*body)(void*)) {
  pthread_t threads[threads_max];
  int numbers[threads_max];
  for (int i = 0; i < count; ++i) {
    numbers[i] = i;
    if (pthread_create(&threads[i], NULL, body, &numbers[i]) != 0) exit(2);
  }
  for (int i = 0; i < count; ++i) pthread_join(threads[i], NULL);
}

/* The first argument, a number between `least` and `most`. */
static inline int size_argument(int argc, char** argv, int least, int most) {
  const int size = argc > 1 ? atoi(argv[1]) : 0;
  if (size < least || size > most) {
    fprintf(stderr, "usage: %s <%d to %d>\n", argv[0], least, most);
    exit(2);
  }
  return size;
}
