// Random programs in a safepoint domain: threads that are attached all at once, stop each other,
// and own objects by critical sections.
#include <heddle/check.hpp>
#include <heddle/critical_section.hpp>
#include <heddle/safepoint_domain.hpp>
#include <thread>
#include <vector>

#include "properties/random/programs/subjects.hpp"

namespace programs {
namespace {

using heddle::critical_section;
using heddle::safepoint_domain;
using heddle::sectioned_object;

/// Every thread works on what is its own, and who has stopped the world on everybody's.
void stop(const program& which) {
  safepoint_domain domain;
  std::vector<int> of(which.size(), 0);
  std::vector<std::thread> threads;
  for (std::size_t me = 0; me < which.size(); ++me) {
    threads.emplace_back([&domain, &of, &steps = which[me], me] {
      for (const step& s : steps) {
        safepoint_domain::attach_guard guard(domain);
        ++of[me];
        if (s.what == 1) domain.poll(guard.token());
        if (s.what == 2) heddle::detached(guard.token(), [] {});
        if (s.what == 3) {
          const auto stopped = domain.stop_the_world(guard.token());
          for (int& each : of) ++each;
          for (int& each : of) --each;
        }
        ++of[me];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t me = 0; me < which.size(); ++me) {
    heddle::require(of[me] == 2 * static_cast<int>(which[me].size()), "nothing is lost");
  }
}

const std::vector<operation> stops = {{"work"}, {"poll"}, {"detach"}, {"stop_the_world"}};

/// An object, and what is written to it by its owners. A section is no more atomic than it says:
/// who detaches lets others in.
struct owned {
  sectioned_object lock;
  int writes = 0;
};

enum act { own, own_and_detach, own_nested, own_both };
const std::vector<operation> acts = {
    {"own", 2}, {"own_and_detach", 2}, {"own_nested", 2}, {"own_both", 2}};

/// Writes to the first object, and to the second where it owns that, too.
void perform(safepoint_domain::token token, owned& first, owned& second, unsigned what) {
  if (what == own_both) {
    const critical_section both(token, first.lock, second.lock);
    ++first.writes;
    ++second.writes;
    return;
  }
  const critical_section outer(token, first.lock);
  ++first.writes;
  if (what == own_and_detach) heddle::detached(token, [] {});
  if (what == own_nested) {
    const critical_section inner(token, second.lock);
    ++second.writes;
  }
  ++first.writes;
}

void own_objects(const program& which) {
  safepoint_domain domain;
  owned objects[2];
  int expected[2] = {};
  std::vector<std::thread> threads;
  for (const auto& steps : which) {
    for (const step& s : steps) {
      const int first = s.value - 1;
      expected[first] += s.what == own_both ? 1 : 2;
      expected[1 - first] += s.what == own_both || s.what == own_nested ? 1 : 0;
    }
    threads.emplace_back([&domain, &objects, &steps] {
      for (const step& s : steps) {
        safepoint_domain::attach_guard guard(domain);
        perform(guard.token(), objects[s.value - 1], objects[2 - s.value], s.what);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 2; ++i) {
    heddle::require(objects[i].writes == expected[i], "nothing that an owner writes is lost");
  }
}

}  // namespace

std::vector<subject> safepoints() {
  return {
      {"critical_section", acts, 3, 2, own_objects},
      {"safepoint_domain", stops, 3, 2, stop},
  };
}

}  // namespace programs
