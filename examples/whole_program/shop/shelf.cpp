// The shop's shelf: of a static library, with a mutex and a static constructor of its own.
#include <mutex>

#include "shop.hpp"

namespace shop {

int units = 0;

namespace {

struct registration {
  registration() { ++units; }
} registered;

std::mutex door;
int pieces[kinds] = {2, 1};

}  // namespace

bool take(int kind) {
  const std::scoped_lock lock(door);
  if (pieces[kind] == 0) return false;
  --pieces[kind];
  return true;
}

}  // namespace shop
