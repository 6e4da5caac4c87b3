// heddle::explore from a program with operators of its own: the result belongs to the program.
#include <atomic>
#include <cstdio>
#include <heddle/explore.hpp>
#include <stdexcept>
#include <thread>

#include "properties/own_operators/operators.hpp"

namespace {

bool expect(bool condition, const char* what) {
  if (!condition) std::fprintf(stderr, "not so: %s\n", what);
  return condition;
}

bool finds_a_failure() {
  const heddle::result found = heddle::explore([] {
    std::atomic<int> x{0};
    std::thread other([&] { x.store(1); });
    const int seen = x.load();
    other.join();
    if (seen == 1) throw std::runtime_error("the other thread was first, which it may well be");
  });
  return expect(found.failed(), "it fails") &&
         expect(found.failure_kind == "uncaught_exception", "the kind is told") &&
         expect(found.text.find("the other thread was first") != std::string::npos, "in words") &&
         expect(found.json.size() > 100, "and for machines");
}

bool verifies() {
  const long before = own_operators::live.load();
  {
    const heddle::result found = heddle::explore([] {
      std::atomic<int> x{0};
      std::thread other([&] { x.store(1); });
      other.join();
    });
    if (!expect(found.verified() && found.executions == 1, "one execution")) return false;
  }
  return expect(own_operators::live.load() == before, "every block is given back");
}

}  // namespace

int main() { return finds_a_failure() && verifies() ? 0 : 1; }
