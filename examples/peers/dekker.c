// Dekker's lock for two threads (1965): both say that they want; if both do, who has not the turn
// stops wanting until the turn comes.
//
// NO_SECOND_LOOK: looks before it says that it wants, and not again.
#include "mutual_exclusion.h"

static atomic_int wants[2];
static atomic_int turn;

static void lock(int me) {
  const int other = 1 - me;
#ifdef NO_SECOND_LOOK
  while (get(&wants[other])) {
  }
  set(&wants[me], 1);
#else
  set(&wants[me], 1);
  while (get(&wants[other])) {
    if (get(&turn) == me) continue;
    set(&wants[me], 0);
    while (get(&turn) != me) {
    }
    set(&wants[me], 1);
  }
#endif
}

static void unlock(int me) {
  set(&turn, 1 - me);
  set(&wants[me], 0);
}
