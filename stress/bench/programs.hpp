// Programs that the checker's benchmarks explore. They are compiled like any program under test.
#pragma once

namespace heddle::bench {

void nothing();                   // one execution, one event
void store_buffering();           // two threads, relaxed: 4 executions of 11 events
void store_buffering_pthreads();  // the same with pthreads and global atomics
void store_buffering_seq_cst();   // the same with the default order: 3 executions
void fifty_events();              // two threads, 11 × (store; load) each: 51 events
void locked_increments();         // three threads, two critical sections each: 90 executions
void long_prefix(int events);  // so many events of one thread, then 2^6 executions of a short end

inline constexpr int long_prefix_executions = 64;

/// 17,153,136 executions (18! / 6!³) of 28 events: to be cut off.
void many_executions();

}  // namespace heddle::bench
