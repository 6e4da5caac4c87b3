// lastzero (Abdulla, Aronis, Jonsson, Sagonas, POPL 2014): writer i sets cell i to one more than
// cell i - 1; a reader looks for the last cell that is zero, from the end.
//
// n writers with release and acquire: (n + 3) 2^(n - 2) executions, the number known from the
// paper: n - 1 writers have two cells to read from; the reader stops at cell n or 0 with all of
// their choices, and at another cell only if its successor was written without reading it. Relaxed,
// the reader stops where it likes, (n + 1) 2^(n - 1), and finds a cell whose successor has counted
// it, yet is zero.
#include <assert.h>
#include <stdatomic.h>

#include "threads.h"

#ifndef STORE_ORDER
#define STORE_ORDER memory_order_release
#define LOAD_ORDER memory_order_acquire
#endif

static atomic_int cell[threads_max];
static int size;

static int load(int i) { return atomic_load_explicit(&cell[i], LOAD_ORDER); }

static void read_backwards(void) {
  int i = size, after = 0, value;
  while ((value = load(i)) != 0) {
    after = value;
    --i;
  }
#ifndef ANY_OUTCOME
  assert(after < 2);  // 2 or more: who wrote the successor had seen this cell written
#else
  (void)after;
#endif
}

static void* run(void* number) {
  const int i = *(const int*)number;
  if (i == 0) {
    read_backwards();
  } else {
    atomic_store_explicit(&cell[i], load(i - 1) + 1, STORE_ORDER);
  }
  return NULL;
}

int main(int argc, char** argv) {
  size = size_argument(argc, argv, 2, threads_max - 1);
  in_threads(size + 1, run);
  return 0;
}
