// fib_bench (SV-COMP): two threads add the other's number to their own, n times each. Both begin with
// one; taking turns they walk through the Fibonacci numbers, and the largest that any execution reaches is
// number 2n + 2.
#include <assert.h>
#include <stdatomic.h>

#include "threads.h"

#ifndef LARGEST
#define LARGEST fibonacci(2 * size + 2)
#endif

static atomic_int number[2] = {1, 1};
static int size;

static int fibonacci(int n) { return n <= 2 ? 1 : fibonacci(n - 1) + fibonacci(n - 2); }

static int load(int i) { return atomic_load_explicit(&number[i], memory_order_acquire); }

static void* add(void* argument) {
  const int mine = *(const int*)argument;
  for (int k = 0; k < size; ++k) {
    const int own = load(mine);
    atomic_store_explicit(&number[mine], own + load(1 - mine), memory_order_release);
  }
  return NULL;
}

int main(int argc, char** argv) {
  size = size_argument(argc, argv, 1, 8);
  in_threads(2, add);
  const int most = LARGEST;
  assert(load(0) <= most && load(1) <= most);
  return 0;
}
