// indexer (Flanagan and Godefroid, POPL 2005): n threads put four messages each into a hash table
// of 128 places, by compare-and-exchange, going on to the next place while one is taken.
//
// Up to eleven threads never meet: one execution. Thread i + 11 wants three of the places of thread
// i, each of which either may get: 8^(n - 11) executions, the number known from the paper.
//
// Without the exchange (TORN) a message is lost.
#include <assert.h>
#include <stdatomic.h>

#include "threads.h"

enum { places = 128, messages_per_thread = 4 };

static atomic_int table[places];

static int insert(int at, int message) {
#ifdef TORN
  if (atomic_load_explicit(&table[at], memory_order_relaxed) != 0) return 0;
  atomic_store_explicit(&table[at], message, memory_order_relaxed);
  return 1;
#else
  int none = 0;
  return atomic_compare_exchange_strong_explicit(&table[at], &none, message, memory_order_relaxed,
                                                 memory_order_relaxed);
#endif
}

static void* send(void* number) {
  for (int k = 1; k <= messages_per_thread; ++k) {
    const int message = k * 11 + *(const int*)number;
    int at = message * 7 % places;
    while (!insert(at, message)) at = (at + 1) % places;
  }
  return NULL;
}

int main(int argc, char** argv) {
  const int size = size_argument(argc, argv, 1, 15);
  in_threads(size, send);
  int found = 0;
  for (int i = 0; i < places; ++i) {
    found += atomic_load_explicit(&table[i], memory_order_relaxed) != 0;
  }
  assert(found == size * messages_per_thread);
  return 0;
}
