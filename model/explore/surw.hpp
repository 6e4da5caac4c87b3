// SURW, the selectively uniform random walk (Zhao, Wolff, Mathur, Roychoudhury: Selectively uniform
// concurrency testing, ASPLOS 2025).
//
// Some operations are interesting: those of one object that several threads share and some write,
// or all operations; which of these it is, is drawn for each execution, each equally likely. Before
// each interesting operation the thread that performs it is drawn, with the number of interesting
// operations that are left to it (and to the threads that it will create) as its weight. Until it
// has performed it all threads run freely, as in a random walk, but none may perform an interesting
// operation. When the chosen thread creates another one, the choice passes to that with the part
// of the weight that it takes along.
//
// Probability: a walk that takes thread i with n_i / Σ n_j has the probability Π n_i! / (Σ n_i)!
// for each order of the interesting operations, the same for all (their theorem on URW): no order
// is rarer because its threads are longer. That holds as far as the numbers are right and no thread
// waits for another. They are estimated, by the means of the earlier executions (event_estimate); a
// thread that comes to an interesting operation without being expected to weighs 1. If the chosen
// one cannot go on and all others are at interesting operations, another one is drawn. The first
// execution is a random walk.
#pragma once

#include <vector>

#include "model/explore/event_estimate.hpp"
#include "model/explore/scheduler.hpp"

namespace heddle {

class surw final : public scheduler {
 public:
  void begin(random_source& random, std::uint64_t number, std::uint64_t longest) override;
  thread_id choose(random_source& random, std::span<const pending_operation> pending) override;
  void performed(random_source& random, const performed_operation& done,
                 std::span<const pending_operation> pending) override;

 private:
  static constexpr std::uint64_t no_number = ~std::uint64_t{0};

  bool is_interesting(const pending_operation& op) const {
    return location_ == no_location || op.location == location_;
  }
  std::uint64_t weight(const pending_operation& op) const;
  thread_id draw(random_source& random, std::span<const pending_operation> pending) const;

  event_estimate estimate_;
  std::uint64_t number_ = no_number;
  bool walk_ = true;                    // nothing is known yet
  random_source drawn_{0, 0};           // as it was when the next was drawn
  location_id location_ = no_location;  // of the interesting operations; no_location: all are
  thread_id chosen_ = no_thread;        // performs the next interesting one
  thread_id created_ = 0;               // the last thread that was
  std::vector<thread_id> free_;         // work space
};

}  // namespace heddle
