// One slot between a producer and a consumer, in C11 with a pthread mutex and an atomic flag. The
// flag tells the consumer that it is worth while to take the mutex. The number of values is the
// first argument of the program; with the second argument "unlocked" the consumer forgets the
// mutex.
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool occupied;
static int slot;  // guarded by the mutex

static int values_max = 1;
static int locked = 1;

static void* produce(void* unused) {
  (void)unused;
  for (int value = 1; value <= values_max; ++value) {
    pthread_mutex_lock(&mutex);
    slot = value;
    atomic_store_explicit(&occupied, 1, memory_order_relaxed);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

static void* consume(void* unused) {
  (void)unused;
  if (!atomic_load_explicit(&occupied, memory_order_relaxed)) return NULL;
  if (locked) pthread_mutex_lock(&mutex);
  const int value = slot;
  if (locked) pthread_mutex_unlock(&mutex);
  assert(value >= 1 && value <= values_max);
  return NULL;
}

int main(int argc, char** argv) {
  if (argc > 1) values_max = atoi(argv[1]);
  if (argc > 2) locked = strcmp(argv[2], "unlocked") != 0;
  if (values_max < 1 || values_max > 3) {
    fprintf(stderr, "usage: %s [1|2|3] [unlocked]\n", argv[0]);
    return 2;
  }
  pthread_t producer, consumer;
  pthread_create(&producer, NULL, produce, NULL);
  pthread_create(&consumer, NULL, consume, NULL);
  pthread_join(producer, NULL);
  pthread_join(consumer, NULL);
  return 0;
}
