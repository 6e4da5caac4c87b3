// fib_bench (SV-COMP): two threads add the other's number to their own, n times each. Both begin
// with one; taking turns they walk through the Fibonacci numbers, and the largest that any
// execution reaches is number 2n + 2.
//
// (2n)! (2n + 1)! / (n! (n + 1)!)^2 executions: 3, 20, 175, 1764, 19404. What one thread sees of
// the other's n writes grows, so it is a lattice path from corner to corner of a square of n by n;
// that no read sees a write that depends on it says that the two paths do not cross. The pairs of
// such paths are counted by the determinant of Lindström, Gessel and Viennot,
// C(2n, n)^2 - C(2n, n + 1) C(2n, n - 1).
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
