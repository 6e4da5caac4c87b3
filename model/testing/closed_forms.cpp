#include "model/testing/closed_forms.hpp"

namespace heddle::testing {
namespace {

using lines = std::vector<std::string>;
using formula = std::function<std::uint64_t(unsigned)>;

std::uint64_t factorial(unsigned n) { return n < 2 ? 1 : n * factorial(n - 1); }
std::uint64_t power(std::uint64_t base, unsigned n) {
  return n == 0 ? 1 : base * power(base, n - 1);
}
std::uint64_t choose(unsigned n, unsigned k) { return k == 0 ? 1 : choose(n - 1, k - 1) * n / k; }
std::uint64_t orders_of_pairs(unsigned n) { return factorial(2 * n) / power(2, n); }

/// OEIS A047970 at n - 1: 1 2 5 14 43 144 523 2048 8597 …
std::uint64_t rotations(unsigned n) {
  std::uint64_t sum = 0;
  for (unsigned k = 0; k < n; ++k) sum += power(k + 1, n - k) - power(k, n - k);
  return sum;
}

std::string text_of(const std::vector<lines>& threads, const lines& last = {}) {
  std::string text;
  for (std::size_t t = 0; t < threads.size(); ++t) {
    text += "P" + std::to_string(t) + ":\n";
    for (const std::string& line : threads[t]) text += "    " + line + "\n";
  }
  if (!last.empty()) text += "final:\n";
  for (const std::string& line : last) text += "    " + line + "\n";
  return text;
}

std::string number(unsigned i) { return std::to_string(i); }

/// n threads, the i-th of which is body(i).
std::function<std::string(unsigned)> each(std::function<lines(unsigned i, unsigned n)> body,
                                          std::vector<lines> before = {}, lines last = {}) {
  return [=](unsigned n) {
    std::vector<lines> threads = before;
    for (unsigned i = 0; i < n; ++i) threads.push_back(body(i, n));
    return text_of(threads, last);
  };
}

std::function<std::string(unsigned)> same(lines body, std::vector<lines> before = {}) {
  return each([=](unsigned, unsigned) { return body; }, std::move(before));
}

std::vector<closed_form> on_one_location() {
  const formula fact = factorial;
  return {
      {"faa", "n threads: faa -> n!", same({"r = x.faa(1, rlx)"}), fact, fact, {}, 1, 5, 7},
      {"faa_twice",
       "n threads, two faa each -> (2n)!/2^n",
       same({"r = x.faa(1, rlx)", "r = x.faa(1, rlx)"}),
       orders_of_pairs,
       orders_of_pairs,
       {},
       1,
       3,
       4},
      {"xchg",
       "n exchanges -> n!",
       each([](unsigned i, unsigned) { return lines{"r = x.xchg(" + number(i + 1) + ", rlx)"}; }),
       fact,
       fact,
       {},
       1,
       4,
       7},
      {"writers",
       "n writers of one location -> n!",
       each([](unsigned i, unsigned) { return lines{"x.store(" + number(i + 1) + ", rlx)"}; }),
       fact,
       fact,
       {},
       1,
       5,
       7},
      {"writers_twice",
       "n threads, two stores each -> (2n)!/2^n",
       same({"x.store(1, rlx)", "x.store(2, rlx)"}),
       orders_of_pairs,
       orders_of_pairs,
       {},
       1,
       3,
       4},
      {"readers",
       "a writer, n readers -> 2^n",
       same({"r = x.load(rlx)"}, {{"x.store(1, rlx)"}}),
       [](unsigned n) { return power(2, n); },
       [](unsigned n) { return power(2, n); },
       {},
       1,
       5,
       13},
      {"two_writers",
       "two writers, n readers -> 2 * 3^n",
       same({"r = x.load(rlx)"}, {{"x.store(1, rlx)"}, {"x.store(2, rlx)"}}),
       [](unsigned n) { return 2 * power(3, n); },
       [](unsigned n) { return 2 * power(3, n); },
       {},
       1,
       4,
       8},
      {"corr",
       "n writes of a thread, two reads of another -> C(n+2, 2)",
       [](unsigned n) {
         lines writes;
         for (unsigned i = 1; i <= n; ++i) writes.push_back("x.store(" + number(i) + ", rlx)");
         return text_of({writes, {"a = x.load(rlx)", "a = x.load(rlx)"}});
       },
       [](unsigned n) { return choose(n + 2, 2); },
       [](unsigned n) { return choose(n + 2, 2); },
       {},
       1,
       4,
       60},
      {"cas",
       "n threads: cas(0, i) -> n",
       each([](unsigned i, unsigned) {
         return lines{"r = x.cas(0, " + number(i + 1) + ", rlx, rlx)"};
       }),
       [](unsigned n) { return n; },
       [](unsigned n) { return n; },
       {},
       1,
       4,
       12},
      {"wcas",
       "store 2, n threads: cas(2, 3) -> n 2^(n-1) + 1",
       same({"r = x.cas(2, 3, rlx, rlx)"}, {{"x.store(2, rel)"}}),
       [](unsigned n) { return n * power(2, n - 1) + 1; },
       [](unsigned n) { return n * power(2, n - 1) + 1; },
       {},
       1,
       4,
       9},
      {"casrot",
       "thread i: cas(i, i+1) -> A047970(n-1)",
       each([](unsigned i, unsigned) {
         return lines{"r = x.cas(" + number(i) + ", " + number(i + 1) + ", rlx, rlx)"};
       }),
       rotations,
       rotations,
       {},
       1,
       5,
       9},
      {"wainc",
       "a store, n faa -> (n+1)!",
       same({"r = x.faa(1, rlx)"}, {{"x.store(42, rel)"}}),
       [](unsigned n) { return factorial(n + 1); },
       [](unsigned n) { return factorial(n + 1); },
       {},
       1,
       3,
       6},
      {"join",
       "n writers, then join and read -> n!",
       each([](unsigned i, unsigned) { return lines{"x.store(" + number(i + 1) + ", rlx)"}; }, {},
            {"r = x.load(rlx)"}),
       fact,
       fact,
       {},
       1,
       4,
       7},
  };
}

lines ring(const std::string& first, const std::string& second, unsigned i, unsigned n) {
  const auto at = [](std::string pattern, unsigned j) {
    return pattern.replace(pattern.find('?'), 1, number(j));
  };
  return {at(first, i), at(second, (i + 1) % n)};
}

std::vector<closed_form> on_many_locations() {
  const formula all = [](unsigned n) { return power(2, n); };
  const formula all_but_one = [](unsigned n) { return power(2, n) - 1; };
  const formula square = [](unsigned n) { return factorial(n) * factorial(n); };
  const auto rings = [](std::string first, std::string second) {
    return each([=](unsigned i, unsigned n) { return ring(first, second, i, n); });
  };
  return {
      {"sb_ring",
       "store buffering -> 2^n, sc 2^n - 1",
       rings("x?.store(1, rlx)", "r = x?.load(rlx)"),
       all,
       all_but_one,
       {},
       2,
       4,
       10},
      {"sb_ring_sc",
       "store buffering, seq_cst -> 2^n - 1",
       rings("x?.store(1, sc)", "r = x?.load(sc)"),
       all_but_one,
       all_but_one,
       {},
       2,
       4,
       10},
      {"lb_ring",
       "load buffering -> 2^n - 1",
       rings("r = x?.load(rlx)", "x?.store(1, rlx)"),
       all_but_one,
       all_but_one,
       {},
       2,
       4,
       10},
      {"2+2w_ring",
       "2+2W -> 2^n, sc 2^n - 1",
       rings("x?.store(1, rlx)", "x?.store(2, rlx)"),
       all,
       all_but_one,
       {},
       2,
       4,
       10},
      {"inc2",
       "n threads: faa x, faa y -> (n!)^2",
       same({"a = x.faa(1, rlx)", "b = y.faa(1, rlx)"}),
       square,
       square,
       {},
       1,
       3,
       5},
      {"racy_increments",
       "n threads: load, store -> (n!)^2",
       each([](unsigned i, unsigned) {
         return lines{"r = x.load(rlx)", "x.store(r + " + number(1U << i) + ", rlx)"};
       }),
       square,
       square,
       {},
       1,
       3,
       5},
      {"mp_relaxed",
       "n flags written in order, read backwards -> 2^n, sc n + 1",
       [](unsigned n) {
         lines writes, reads;
         for (unsigned i = 0; i < n; ++i) writes.push_back("x" + number(i) + ".store(1, rlx)");
         for (unsigned i = n; i-- > 0;) reads.push_back("r = x" + number(i) + ".load(rlx)");
         return text_of({writes, reads});
       },
       all,
       [](unsigned n) { return n + 1; },
       {},
       1,
       4,
       12},
      {"mp_release",
       "the same with release and acquire -> n + 1",
       [](unsigned n) {
         lines writes, reads;
         for (unsigned i = 0; i < n; ++i) writes.push_back("x" + number(i) + ".store(1, rel)");
         for (unsigned i = n; i-- > 0;) reads.push_back("r = x" + number(i) + ".load(acq)");
         return text_of({writes, reads});
       },
       [](unsigned n) { return n + 1; },
       [](unsigned n) { return n + 1; },
       {},
       1,
       4,
       40},
      {"mp_fan",
       "a release publisher, n acquire readers of flag and data -> 3^n",
       same({"a = f.load(acq)", "b = d.load(rlx)"}, {{"d.store(1, rlx)", "f.store(1, rel)"}}),
       [](unsigned n) { return power(3, n); },
       [](unsigned n) { return power(3, n); },
       {},
       1,
       3,
       8},
      {"iriw",
       "two writers, n readers of both -> 4^n",
       same({"a = x.load(rlx)", "b = y.load(rlx)"}, {{"x.store(1, rlx)"}, {"y.store(1, rlx)"}}),
       [](unsigned n) { return power(4, n); },
       {},
       {},
       1,
       2,
       6},
      {"independent",
       "n threads on locations of their own -> 1",
       each([](unsigned i, unsigned) {
         const std::string x = "x" + number(i);
         return lines{x + ".store(1, rlx)", "r = " + x + ".load(rlx)", "s = " + x + ".faa(1, sc)"};
       }),
       [](unsigned) { return 1; },
       [](unsigned) { return 1; },
       {},
       1,
       4,
       12},
  };
}

std::vector<closed_form> with_choices_and_waits() {
  const formula fact = factorial;
  const formula one = [](unsigned) { return 1; };
  const auto philosopher = [](unsigned i, unsigned n) {
    const std::string left = "m" + number(i), right = "m" + number((i + 1) % n);
    return lines{left + ".lock()", right + ".lock()", right + ".unlock()", left + ".unlock()"};
  };
  return {
      {"choose",
       "n threads: one of three -> 3^n",
       same({"r = choose(0, 1, 2)"}),
       [](unsigned n) { return power(3, n); },
       [](unsigned n) { return power(3, n); },
       {},
       1,
       3,
       8},
      {"choose_faa",
       "n threads: one of two, faa -> 2^n n!",
       same({"r = choose(0, 1)", "s = x.faa(1, rlx)"}),
       [](unsigned n) { return power(2, n) * factorial(n); },
       [](unsigned n) { return power(2, n) * factorial(n); },
       {},
       1,
       3,
       5},
      {"lock",
       "n critical sections -> n!",
       same({"m.lock()", "m.unlock()"}),
       fact,
       fact,
       {},
       1,
       3,
       7},
      {"lock_increment",
       "n increments under a lock -> n!",
       same({"m.lock()", "r = x.load(rlx)", "x.store(r + 1, rlx)", "m.unlock()"}),
       fact,
       fact,
       {},
       1,
       3,
       6},
      {"trylock",
       "n trylocks, none unlocks -> n",
       same({"r = m.trylock()"}),
       [](unsigned n) { return n; },
       [](unsigned n) { return n; },
       {},
       1,
       4,
       10},
      {"await",
       "a publisher, n waiting readers -> 1",
       same({"a = f.await_eq(1, acq)", "b = d.load(rlx)"},
            {{"d.store(1, rlx)", "f.store(1, rel)"}}),
       one,
       one,
       {},
       1,
       3,
       12},
      {"philosophers", "n philosophers -> 2^n - 2, one deadlock", each(philosopher),
       [](unsigned n) { return power(2, n) - 2; }, [](unsigned n) { return power(2, n) - 2; }, one,
       2, 3, 8},
  };
}

}  // namespace

std::vector<closed_form> closed_forms() {
  std::vector<closed_form> all = on_one_location();
  for (auto more : {on_many_locations(), with_choices_and_waits()}) {
    for (closed_form& form : more) all.push_back(std::move(form));
  }
  return all;
}

}  // namespace heddle::testing
