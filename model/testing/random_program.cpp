#include "model/testing/random_program.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace heddle::testing {
namespace {

/// SplitMix64 (Steele, Lea, Flood: OOPSLA 2014). The distributions of <random> differ between
/// standard libraries; these do not.
class random_source {
 public:
  explicit random_source(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  unsigned below(unsigned bound) { return static_cast<unsigned>(next() % bound); }
  unsigned between(unsigned low, unsigned high) { return low + below(high - low + 1); }
  bool percent(unsigned chance) { return below(100) < chance; }

  std::string pick(std::initializer_list<std::string_view> from) {
    return std::string(from.begin()[below(static_cast<unsigned>(from.size()))]);
  }

 private:
  std::uint64_t state_;
};

enum class kind : unsigned {
  load,
  store,
  modify,
  exchange,
  compare,
  fence,
  lock,
  try_lock,
  await,
  choose,
  assume,
  check,
  count,
};

enum class orders : unsigned { any, all_seq_cst, mostly_seq_cst, all_relaxed, release_acquire };

class writer {
 public:
  writer(std::uint64_t seed, const random_program_limits& limits)
      : random_(seed * 0x2545f4914f6cdd1d + 1), limits_(limits) {}

  std::string write() {
    draw_flavour();
    text_ = "name: random\ninit: x=0, y=0\n";
    const unsigned threads = std::min(4U, 2 + random_.below(4) * random_.below(3) / 2);
    unsigned operations = random_.between(limits_.min_operations, limits_.max_operations);
    if (operations > 7 && random_.percent(40)) operations -= 3;  // the costly ones less often
    std::vector<unsigned> share(threads, 1);
    for (unsigned i = threads; i < operations; ++i) ++share[random_.below(threads)];
    for (unsigned t = 0; t < threads; ++t) {
      text_ += "P" + std::to_string(t) + ":\n";
      registers_ = 0;
      depth_ = 1;
      write_operations(share[t]);
    }
    if (random_.percent(25)) {
      text_ += "final:\n";
      registers_ = 0;
      line("r0 = " + location() + ".load(rlx)");
      registers_ = 1;
      if (random_.percent(30)) line(location() + ".store(" + value() + ", rlx)");
    }
    return text_;
  }

 private:
  void draw_flavour() {
    const auto weight = [&](kind k, unsigned often, unsigned presence) {
      weights_[static_cast<unsigned>(k)] = random_.percent(presence) ? often : 0;
    };
    weight(kind::load, 30, 85);
    weight(kind::store, 30, 85);
    weight(kind::modify, 12, 60);
    weight(kind::exchange, 6, 50);
    weight(kind::compare, 12, 60);
    weight(kind::fence, 9, 50);
    weight(kind::lock, limits_.locks ? 20 : 0, 30);
    weight(kind::try_lock, limits_.locks ? 6 : 0, 20);
    weight(kind::await, limits_.stops ? 12 : 0, 25);
    weight(kind::choose, limits_.stops ? 5 : 0, 30);
    weight(kind::assume, limits_.stops ? 5 : 0, 30);
    weight(kind::check, limits_.stops ? 4 : 0, 15);
    total_weight_ = 0;
    for (unsigned w : weights_) total_weight_ += w;
    if (total_weight_ == 0) {
      weights_[static_cast<unsigned>(kind::modify)] = total_weight_ = 1;
    }
    control_ = random_.percent(50) ? 12 : 0;
    dependent_ = random_.percent(50) ? 25 : 0;
    orders_ = static_cast<orders>(random_.below(5));
    const unsigned shape = random_.below(10);
    locations_ = shape == 0 ? "x" : shape == 1 ? "xyz" : "xy";
  }

  void line(const std::string& statement) {
    text_.append(4 * depth_, ' ');
    text_ += statement + "\n";
  }
  std::string location() {
    return std::string(1, locations_[random_.below(static_cast<unsigned>(locations_.size()))]);
  }
  std::string some_register() { return "r" + std::to_string(random_.below(registers_)); }
  std::string new_register() { return "r" + std::to_string(registers_++); }
  std::string value() {
    if (registers_ > 0 && random_.percent(dependent_)) return some_register() + " + 1";
    return std::to_string(random_.between(1, 3));
  }

  std::string order_of(std::initializer_list<std::string_view> weak, std::string_view half) {
    switch (orders_) {
      case orders::any:
        return random_.percent(30) ? "sc" : random_.pick(weak);
      case orders::all_seq_cst:
        return "sc";
      case orders::mostly_seq_cst:
        return random_.percent(65) ? "sc" : random_.pick(weak);
      case orders::all_relaxed:
        return "rlx";
      case orders::release_acquire:
        return std::string(half);
    }
    __builtin_unreachable();
  }
  std::string read_order() { return order_of({"rlx", "acq"}, "acq"); }
  std::string write_order() { return order_of({"rlx", "rel"}, "rel"); }
  std::string modify_order() { return order_of({"rlx", "acq", "rel", "acq_rel"}, "acq_rel"); }
  std::string fence_order() {
    return orders_ == orders::all_seq_cst || random_.percent(40)
               ? "sc"
               : random_.pick({"acq", "rel", "acq_rel"});
  }

  kind next_kind() {
    unsigned at = random_.below(total_weight_);
    for (unsigned k = 0;; ++k) {
      if (at < weights_[k]) return static_cast<kind>(k);
      at -= weights_[k];
    }
  }

  void write_operations(unsigned count) {
    while (count > 0) {
      if (registers_ > 0 && depth_ == 1 && random_.percent(control_)) {
        line("if " + some_register() + random_.pick({" == ", " != "}) +
             std::to_string(random_.below(3)) + ":");
        ++depth_;
        count -= write_one(1);
        --depth_;
        if (random_.percent(25) && count > 0) {
          line("else:");
          ++depth_;
          count -= write_one(1);
          --depth_;
        }
        continue;
      }
      count -= write_one(count);
    }
  }

  /// One operation, or a critical section, of at most `budget` operations; returns how many.
  unsigned write_one(unsigned budget) {
    switch (next_kind()) {
      case kind::load:
        line(new_register() + " = " + location() + ".load(" + read_order() + ")");
        break;
      case kind::store:
        line(location() + ".store(" + value() + ", " + write_order() + ")");
        break;
      case kind::modify: {
        const std::string operation = random_.pick({"faa", "faa", "faa", "fas", "for_", "fmax"});
        const std::string from = location() + "." + operation + "(" + value() + ", ";
        line(new_register() + " = " + from + modify_order() + ")");
        break;
      }
      case kind::exchange: {
        const std::string from = location() + ".xchg(" + value() + ", ";
        line(new_register() + " = " + from + modify_order() + ")");
        break;
      }
      case kind::compare:
        write_compare();
        break;
      case kind::fence:
        line("fence(" + fence_order() + ")");
        break;
      case kind::lock:
        return write_section(budget);
      case kind::try_lock:
        return write_try_section(budget);
      case kind::await: {
        const std::string from = location() + ".await_" +
                                 random_.pick({"eq", "ne", "ge", "gt", "le", "lt"}) + "(" +
                                 std::to_string(random_.below(3)) + ", ";
        line(new_register() + " = " + from + read_order() + ")");
        break;
      }
      case kind::choose:
        line(new_register() + " = choose(" + random_.pick({"0, 1", "0, 1", "2, 0, 1"}) + ")");
        break;
      case kind::assume:
        write_condition("assume(", ")");
        break;
      case kind::check:
        write_condition("assert ", "");
        break;
      case kind::count:
        break;
    }
    return 1;
  }

  void write_compare() {
    const std::string success = modify_order();
    const std::string failure = random_.percent(50) ? ", " + read_order() : "";
    const std::string from = location() + random_.pick({".cas(", ".cas(", ".casb("}) +
                             std::to_string(random_.below(2)) + ", " + value() + ", ";
    line(new_register() + " = " + from + success + failure + ")");
  }

  void write_condition(const std::string& before, const std::string& after) {
    if (registers_ == 0) {
      line("pass");
      return;
    }
    line(before + some_register() + random_.pick({" != ", " != ", " == "}) +
         std::to_string(random_.below(3)) + after);
  }

  unsigned write_section(unsigned budget) {
    const std::string mutex = random_.pick({"m", "m", "n"});
    line(mutex + ".lock()");
    unsigned used = 1;
    const bool nested = used < budget && random_.percent(25);
    const std::string inner = mutex == "m" ? "n" : "m";
    if (nested) {
      line(inner + ".lock()");
      ++used;
    }
    while (used < budget && random_.percent(60)) used += write_plain();
    const bool crossed = nested && random_.percent(50);
    if (nested && !crossed) line(inner + ".unlock()");
    line(mutex + ".unlock()");
    if (crossed) {
      if (used < budget && random_.percent(30)) used += write_plain();
      line(inner + ".unlock()");
    }
    return used;
  }

  unsigned write_try_section(unsigned budget) {
    const std::string mutex = random_.pick({"m", "m", "n"});
    const std::string got = new_register();
    line(got + " = " + mutex + ".trylock()");
    line("if " + got + ":");
    ++depth_;
    unsigned used = 1;
    if (used < budget && random_.percent(70)) used += write_plain();
    line(mutex + ".unlock()");
    --depth_;
    return used;
  }

  /// A load or a store, for within critical sections.
  unsigned write_plain() {
    if (random_.percent(50)) {
      line(new_register() + " = " + location() + ".load(" + read_order() + ")");
    } else {
      line(location() + ".store(" + value() + ", " + write_order() + ")");
    }
    return 1;
  }

  random_source random_;
  random_program_limits limits_;
  std::string text_;
  unsigned depth_ = 1;
  unsigned registers_ = 0;
  std::array<unsigned, static_cast<unsigned>(kind::count)> weights_{};
  unsigned total_weight_ = 0;
  unsigned control_ = 0;
  unsigned dependent_ = 0;
  orders orders_ = orders::any;
  std::string locations_;
};

}  // namespace

std::string random_program(std::uint64_t seed, const random_program_limits& limits) {
  return writer(seed, limits).write();
}

}  // namespace heddle::testing
