// Places for the reads-from fuzzer: what an operation is, whatever thread performs it. Two
// operations are at the same place if they do the same (kind, value stored) to the same object,
// their threads were started to do the same (their role), and had accessed the object equally often
// before. That takes the part of the line of code: it is the same with every compiler and level of
// optimisation, and the same for a hundred threads that run one function. Places and roles are
// numbered as they appear.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "model/explore/scheduler.hpp"

namespace heddle {

using place_id = std::uint32_t;
inline constexpr place_id no_place = 0xffffffff;

class operation_places {
 public:
  struct place {
    location_id location = no_location;
    bool reads = false;
    bool writes = false;
    bool is_initial = false;  // what the location holds before its first write
  };

  /// The threads begin anew.
  void begin_execution() {
    accesses_.clear();
    roles_.assign(1, 0);
  }

  /// The place of an operation that has a location and has not been performed yet. O(log places).
  place_id of(const pending_operation& op) {
    const std::uint32_t ordinal = std::min(accesses(op.thread, op.location), last_ordinal);
    const std::uint32_t role = op.thread < roles_.size() ? roles_[op.thread] : 0;
    // What a compare-exchange writes is its own: who has the lock, where the new node is.
    const value written = op.kind == operation_kind::compare_exchange ? value{} : op.operand;
    return number(
        {op.location, static_cast<std::uint8_t>(op.kind), written.low, written.high, role, ordinal},
        {op.location, op.may_read(), op.may_write, false});
  }
  /// Where the location gets what it holds before its first write.
  place_id of_initial(location_id location) {
    return number({location, initial, 0, 0, 0, 0}, {location, false, true, true});
  }
  void performed(const pending_operation& op) {
    if (op.kind == operation_kind::create_thread) {
      // 0 is thread 0's; threads are numbered as they are created.
      const auto [at, fresh] = tasks_.try_emplace({op.operand.low, op.operand.high},
                                                  static_cast<std::uint32_t>(tasks_.size() + 1));
      roles_.push_back(at->second);
    } else if (op.location != no_location) {
      ++accesses(op.thread, op.location);
    }
  }

  std::size_t size() const { return places_.size(); }
  const place& operator[](place_id id) const { return places_[id]; }

 private:
  using key = std::tuple<location_id, std::uint8_t, std::uint64_t, std::uint64_t, std::uint32_t,
                         std::uint32_t>;
  static constexpr std::uint8_t initial = 0xff;     // no kind of operation
  static constexpr std::uint32_t last_ordinal = 3;  // this often or more: loops have few places

  place_id number(const key& of, const place& as) {
    const auto [at, fresh] = numbers_.try_emplace(of, static_cast<place_id>(places_.size()));
    if (fresh) places_.push_back(as);
    return at->second;
  }
  std::uint32_t& accesses(thread_id thread, location_id location) {
    return accesses_[{thread, location}];
  }

  std::map<key, place_id> numbers_;
  std::vector<place> places_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> tasks_;  // and their roles

  // of the current execution
  std::map<std::pair<thread_id, location_id>, std::uint32_t> accesses_;
  std::vector<std::uint32_t> roles_{0};  // by thread
};

}  // namespace heddle
