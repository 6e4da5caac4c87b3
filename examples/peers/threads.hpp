// Threads of the same kind, numbered, and joined: how all programs of this folder begin and end.
// With this, the number of threads is a template parameter of a program. And short names for the
// memory orders, which these programs are about.
#pragma once

#include <array>
#include <atomic>
#include <thread>

namespace peers {

inline constexpr auto relaxed = std::memory_order_relaxed;
inline constexpr auto acquire = std::memory_order_acquire;
inline constexpr auto release = std::memory_order_release;
inline constexpr auto acq_rel = std::memory_order_acq_rel;
inline constexpr auto seq_cst = std::memory_order_seq_cst;

/// Runs body(0) … body(N - 1), each in a thread of its own, and waits for all of them.
template <unsigned N, typename Body>
void in_threads(const Body& body) {
  std::array<std::thread, N> threads;
  for (unsigned i = 0; i < N; ++i) threads[i] = std::thread([&body, i] { body(i); });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace peers
