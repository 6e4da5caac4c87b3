// Lamport's bakery (1974): who comes takes a number greater than all others; the least enters
// first.
//
// NO_DOORWAY: nobody waits while another chooses its number. Two threads may take the same number,
// the first of them look at the other before that has written it, and both enter.
#include "mutual_exclusion.h"

#ifndef NO_DOORWAY
static atomic_int choosing[4];
#endif
static atomic_int number[4];  // 0: outside

static void lock(int me) {
#ifndef NO_DOORWAY
  set(&choosing[me], 1);
#endif
  int most = 0;
  for (int i = 0; i < size; ++i) {
    const int taken = i == me ? 0 : get(&number[i]);
    if (taken > most) most = taken;
  }
  const int mine = most + 1;
  set(&number[me], mine);
#ifndef NO_DOORWAY
  set(&choosing[me], 0);
#endif
  for (int i = 0; i < size; ++i) {
    if (i == me) continue;
#ifndef NO_DOORWAY
    while (get(&choosing[i])) {
    }
#endif
    int other;
    while ((other = get(&number[i])) != 0 && (other < mine || (other == mine && i < me))) {
    }
  }
}

static void unlock(int me) { set(&number[me], 0); }
