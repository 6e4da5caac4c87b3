// Lamport's fast lock (1987): who is alone enters after five writes and two reads, without looking
// at the others one by one.
//
// NO_SECOND_LOOK: who was overtaken (x is another's) and waited for all others to see it does not
// look again whether it is the one that may enter.
#include "mutual_exclusion.h"

static atomic_int wants[4];
// 0: nobody; else a thread's number plus one. x is not static: clang 19 (-O1 and above) takes a
// static atomic object for a local variable if one function alone uses it and stores it before it
// loads it. It is compiled away and the lock is broken. STATIC_X shows it.
#ifdef STATIC_X
static
#endif
    atomic_int x;
static atomic_int y;

static void lock(int me) {
  for (;;) {
    set(&wants[me], 1);
    set(&x, me + 1);
    if (get(&y) != 0) {
      set(&wants[me], 0);
      while (get(&y) != 0) {
      }
      continue;
    }
    set(&y, me + 1);
    if (get(&x) == me + 1) return;
    set(&wants[me], 0);
    for (int i = 0; i < size; ++i) {
      while (get(&wants[i])) {
      }
    }
#ifndef NO_SECOND_LOOK
    if (get(&y) != me + 1) {
      while (get(&y) != 0) {
      }
      continue;
    }
#endif
    return;
  }
}

static void unlock(int me) {
  set(&y, 0);
  set(&wants[me], 0);
}
