#include "stress/hardware_litmus/outcomes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "model/explore/exhaustive.hpp"
#include "model/testing/litmus_code.hpp"
#include "model/testing/litmus_program.hpp"

namespace heddle::hardware_litmus {
namespace {

/// Finds the values of an outcome in an execution of the search.
class reader {
 public:
  reader(const native_program& native, const testing::litmus_code& code) {
    for (const std::string_view name : native.registers) registers_.push_back(place(code, name));
    for (const std::string_view name : native.words) {
      const auto found = std::find_if(code.locations.begin(), code.locations.end(),
                                      [&](const auto& l) { return l.name == name; });
      if (found == code.locations.end()) differ(name);
      words_.push_back({static_cast<location_id>(found - code.locations.begin()), found->initial});
    }
  }

  outcome read(const testing::litmus_program& program, const execution_graph& graph) const {
    outcome values;
    for (const auto& [thread, index] : registers_)
      values.push_back(program.value_of(thread, index));
    for (const auto& [location, initial] : words_) {
      const auto writes = graph.coherence_order(location);
      values.push_back(writes.empty() ? initial
                                      : static_cast<std::int64_t>(graph[writes.back()].val.low));
    }
    return values;
  }

 private:
  using place_of_register = std::pair<std::size_t, testing::register_index>;

  [[noreturn]] static void differ(std::string_view name) {
    throw std::runtime_error(fmt::format("{} is in the code and not in the text of a test", name));
  }

  static place_of_register place(const testing::litmus_code& code, std::string_view name) {
    for (std::size_t t = 0; t < code.threads.size(); ++t) {
      for (const auto& [local, index] : code.threads[t].names) {
        if (code.threads[t].name + "." + local == name) return {t, index};
      }
    }
    differ(name);
  }

  std::vector<place_of_register> registers_;
  std::vector<std::pair<location_id, std::int64_t>> words_;
};

}  // namespace

std::set<outcome> allowed_outcomes(const native_program& native, memory_model model) {
  const testing::litmus_code code = testing::compile(native.text);
  const reader values(native, code);
  testing::litmus_program program(code);
  search_options options;
  options.model = model;
  exhaustive search(options);
  std::set<outcome> found;
  while (search.begin_execution()) {
    program.run(search);
    if (search.end_execution() != ending::complete || program.any_failed()) {
      throw std::runtime_error(fmt::format("{}: an execution does not end", native.name));
    }
    found.insert(values.read(program, search.graph()));
  }
  return found;
}

std::vector<graded_outcome> graded(const histogram& seen, const std::set<outcome>& allowed,
                                   const std::set<outcome>& interleavings) {
  std::vector<graded_outcome> all;
  for (const auto& [values, times] : seen) {
    const grade how = !allowed.contains(values)        ? grade::forbidden
                      : interleavings.contains(values) ? grade::acceptable
                                                       : grade::interesting;
    all.push_back({values, times, how});
  }
  for (const outcome& values : allowed) {
    if (!seen.contains(values)) all.push_back({values, 0, grade::not_seen});
  }
  std::sort(all.begin(), all.end(), [](const auto& left, const auto& right) {
    const bool forbidden = left.how == grade::forbidden;
    if (forbidden != (right.how == grade::forbidden)) return forbidden;
    if (left.times != right.times) return left.times > right.times;
    return left.values < right.values;
  });
  return all;
}

std::size_t count(const std::vector<graded_outcome>& outcomes, grade how) {
  return static_cast<std::size_t>(std::count_if(outcomes.begin(), outcomes.end(),
                                                [how](const auto& one) { return one.how == how; }));
}

const char* name_of(grade how) {
  constexpr const char* names[] = {"ACCEPTABLE", "INTERESTING", "FORBIDDEN", "allowed, not seen"};
  return names[static_cast<unsigned>(how)];
}

std::string describe(const native_program& program, const outcome& values) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t registers = program.registers.size();
    const auto name = i < registers ? program.registers[i] : program.words[i - registers];
    text += fmt::format("{}{}={}", i == 0 ? "" : " ", name, values[i]);
  }
  return text;
}

std::string table(const native_program& program, const std::vector<graded_outcome>& outcomes) {
  std::uint64_t rounds = 0;
  for (const graded_outcome& one : outcomes) rounds += one.times;
  std::string text = fmt::format("  {:<18} {:>12} {:>8}  outcome\n", "grade", "times", "share");
  for (const graded_outcome& one : outcomes) {
    const double share =
        rounds == 0 ? 0 : 100.0 * static_cast<double>(one.times) / static_cast<double>(rounds);
    text += fmt::format("  {:<18} {:>12} {:>7.3f}%  {}\n", name_of(one.how), one.times, share,
                        describe(program, one.values));
  }
  return text;
}

}  // namespace heddle::hardware_litmus
