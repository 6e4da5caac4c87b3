// Szymanski's lock (1988): those who want gather in a waiting room, whose door is shut by the last
// to come; then they leave it in the order of their numbers.
//
// NO_WAIT_FOR_LOWER: who has shut the door does not wait for those with a lower number.
#include "mutual_exclusion.h"

// 0: outside, 1: wants to come in, 2: waits for others to come in, 3: at the door, 4: it is shut
static atomic_int flag[4];

/* Waits until each flag from `first` below `last`, but for `me`, is between two values. */
static void wait_for_flags(int me, int first, int last, int least, int most) {
  for (int i = first; i < last; ++i) {
    if (i == me) continue;
    int value;
    do {
      value = get(&flag[i]);
    } while (value < least || value > most);
  }
}

static int somebody_is(int me, int wanted) {
  for (int i = 0; i < size; ++i) {
    if (i != me && get(&flag[i]) == wanted) return 1;
  }
  return 0;
}

static void lock(int me) {
  set(&flag[me], 1);
  wait_for_flags(me, 0, size, 0, 2);
  set(&flag[me], 3);
  if (somebody_is(me, 1)) {
    set(&flag[me], 2);
    while (!somebody_is(me, 4)) {
    }
  }
  set(&flag[me], 4);
#ifndef NO_WAIT_FOR_LOWER
  wait_for_flags(me, 0, me, 0, 1);
#endif
}

static void unlock(int me) {
  for (int i = me + 1; i < size; ++i) {
    int value;
    do {
      value = get(&flag[i]);
    } while (value == 2 || value == 3);
  }
  set(&flag[me], 0);
}
