// heddle explores a program with an operator new of its own, and does not call it itself.
#include <cstdlib>
#include <heddle/check.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "properties/own_operators/operators.hpp"

namespace {

using own_operators::live;
using own_operators::made;

/// How many blocks all executions so far have made: in memory that no execution rolls back.
long* const expected = static_cast<long*>(std::calloc(1, sizeof(long)));

/// Whatever heddle does between the two threads' operations, and between executions, is not seen.
HEDDLE_CHECK(own_operators_count_the_program_only) {
  const long before = made();
  if (*expected == 0) *expected = before;  // the first execution
  heddle::require(before == *expected, "somebody has allocated between two executions");
  std::mutex lock;
  int sum = 0;
  auto add = [&] {
    const std::lock_guard held(lock);
    ++sum;
  };
  {
    std::thread first(add), second(add);  // one block each, for the function
    first.join();
    second.join();
  }
  heddle::require(sum == 2 && live.load() == 0, "what the threads had is given back");
  *expected += 2;
  heddle::require(made() == *expected, "somebody has allocated between two operations");
}

/// Strings and vectors, as heddle uses them, too: each side has its own.
HEDDLE_CHECK(own_operators_with_containers) {
  {
    std::vector<std::string> words;
    std::thread other([&] {
      for (int i = 0; i < 8; ++i) words.push_back(std::string(40, 'x') + "y");
    });
    other.join();
    heddle::require(words.back().size() == 41);
  }
  heddle::require(live.load() == 0);
}

/// A report is made of strings: of heddle's.
HEDDLE_CHECK(own_operators_leak) {
  (void)new std::string(40, 'x');
  heddle::require(live.load() == 0, "something is still alive");
}

}  // namespace
