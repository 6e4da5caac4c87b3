// What a program prints is shown for the execution that failed, once, and for no other.
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <heddle/check.hpp>
#include <iostream>
#include <thread>

namespace {

/// One line by each way to print, of an execution that is `which`.
void print_in_all_ways(const char* which) {
  std::printf("printf: %s\n", which);
  std::puts(which);
  std::cout << "cout: " << which << '\n' << std::flush;
  std::fprintf(stderr, "fprintf: %s\n", which);
  std::cerr << "cerr: " << which << '\n';
  const char bytes[] = "write: bytes\n";
  std::fflush(stdout);
  (void)!write(1, bytes, sizeof bytes - 1);
}

HEDDLE_CHECK(output_of_the_failing_execution_only) {
  std::atomic<int> x{0};
  std::thread other([&] { x.store(1); });
  const int seen = x.load();
  print_in_all_ways(seen == 0 ? "the first execution" : "the failing one");
  other.join();
  heddle::require(seen == 0, "it was 1");
}

HEDDLE_CHECK(output_of_no_execution) {
  print_in_all_ways("an execution that is fine");
  std::thread other([] { std::puts("a thread that is fine"); });
  other.join();
}

}  // namespace
