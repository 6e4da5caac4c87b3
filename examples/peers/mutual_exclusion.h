/* What the locks made of loads and stores have in common: their memory orders, and threads that
   enter a section once each. Two increments at once are a data race, which is what a broken lock
   shows.

   STORE_ORDER and LOAD_ORDER are seq_cst unless the build says otherwise: each of these locks needs
   a store to be seen before a later load of its own thread; release and acquire do not do that. */
#pragma once

#include <assert.h>
#include <stdatomic.h>

#include "threads.h"

#ifndef STORE_ORDER
#define STORE_ORDER memory_order_seq_cst
#define LOAD_ORDER memory_order_seq_cst
#endif

static void lock(int me);
static void unlock(int me);

static int size;    /* how many threads */
static int counter; /* guarded by the lock */

static inline void set(atomic_int* variable, int value) {
  atomic_store_explicit(variable, value, STORE_ORDER);
}

static inline int get(atomic_int* variable) { return atomic_load_explicit(variable, LOAD_ORDER); }

static void* enter_once(void* number) {
  const int me = *(const int*)number;
  lock(me);
  ++counter;
  unlock(me);
  return NULL;
}

int main(int argc, char** argv) {
  size = size_argument(argc, argv, 2, 4);
  in_threads(size, enter_once);
  assert(counter == size);
  return 0;
}
