// A program of several units: this one, a static library (shelf.cpp) and a shared library that is
// not instrumented (tariff.c), with constructors before main and things to do at exit. Two
// customers buy one piece of each kind, of which there are two and one. The argument says how it
// ends:
//
//   joined      main waits for the customers, and every execution adds up (the default)
//   detached    main does not wait, and what runs at exit finds the work not done
//   own_till    both customers' sums are one variable, which this unit adds to: a data race
//   their_till  the same in the shared library: heddle does not see it, and finds nothing
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string_view>
#include <thread>

#include "shop.hpp"

namespace {

struct registration {
  registration() { ++shop::units; }
} registered;

struct customer {
  int pieces = 0;
  int paid = 0;
};

customer customers[2];
int till = 0;

enum class way { joined, detached, own_till, their_till };

way parse(std::string_view word) {
  if (word == "joined") return way::joined;
  if (word == "detached") return way::detached;
  if (word == "own_till") return way::own_till;
  if (word == "their_till") return way::their_till;
  std::fprintf(stderr, "usage: shop [joined|detached|own_till|their_till]\n");
  std::exit(2);
}

void must(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// A local static of main's: destroyed at exit, before what atexit was told earlier.
struct receipt {
  ~receipt() { must(pieces == 3, "the receipt is not complete"); }
  int pieces = 3;
};

void visit(customer& me, way how) {
  for (int kind = 0; kind < shop::kinds; ++kind) {
    if (!shop::take(kind)) continue;
    ++me.pieces;
    me.paid += price_of(kind);
    if (how == way::own_till) till += price_of(kind);
    if (how == way::their_till) add_price(&till, kind);
  }
}

void close_the_shop() {
  must(customers[0].pieces + customers[1].pieces == 3, "three pieces are sold");
}

}  // namespace

int main(int argc, char** argv) {
  const way how = parse(argc > 1 ? argv[1] : "joined");
  must(shop::units == 2, "the constructors of both units have run, once");
  std::atexit(&close_the_shop);
  static receipt last_page;
  std::thread first(visit, std::ref(customers[0]), how);
  std::thread second(visit, std::ref(customers[1]), how);
  if (how == way::detached) {
    first.detach();
    second.detach();
    return 0;
  }
  first.join();
  second.join();
  last_page.pieces = customers[0].pieces + customers[1].pieces;
  std::printf("%d and %d\n", customers[0].paid, customers[1].paid);
  return 0;
}
