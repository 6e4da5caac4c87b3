// Threads of the same kind, numbered, and joined: how all programs of this folder begin and end.
// With this, the number of threads is a template parameter of a program.
#pragma once

#include <array>
#include <thread>

namespace peers {

/// Runs body(0) … body(N - 1), each in a thread of its own, and waits for all of them.
template <unsigned N, typename Body>
void in_threads(const Body& body) {
  std::array<std::thread, N> threads;
  for (unsigned i = 0; i < N; ++i) threads[i] = std::thread([&body, i] { body(i); });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace peers
