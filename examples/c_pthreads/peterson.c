// Peterson's lock in C11, with pthreads, its own main(), and nothing of heddle in it. Correct with
// sequentially consistent atomics. With STORE_ORDER and LOAD_ORDER defined as release and acquire
// both threads can get in: nothing then orders a store before a load of another object.
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef STORE_ORDER
#define STORE_ORDER memory_order_seq_cst
#define LOAD_ORDER memory_order_seq_cst
#endif

static atomic_int wants[2];
static atomic_int turn;
static int counter;  // guarded by the lock

static void lock(int me) {
  const int other = 1 - me;
  atomic_store_explicit(&wants[me], 1, STORE_ORDER);
  atomic_store_explicit(&turn, other, STORE_ORDER);
  while (atomic_load_explicit(&wants[other], LOAD_ORDER) &&
         atomic_load_explicit(&turn, LOAD_ORDER) == other) {
    sched_yield();
  }
}

static void unlock(int me) { atomic_store_explicit(&wants[me], 0, STORE_ORDER); }

static void* worker(void* argument) {
  const int me = *(const int*)argument;
  lock(me);
  ++counter;
  unlock(me);
  return NULL;
}

int main(void) {
  pthread_t threads[2];
  int numbers[2] = {0, 1};
  for (int i = 0; i < 2; ++i) {
    if (pthread_create(&threads[i], NULL, worker, &numbers[i]) != 0) return EXIT_FAILURE;
  }
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  if (counter != 2) {
    fprintf(stderr, "an increment was lost: %d\n", counter);
    abort();
  }
  return EXIT_SUCCESS;
}
