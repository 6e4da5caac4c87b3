// Writes litmus tests as native code (program.hpp).
//
//   generate_hardware_litmus FOLDER FILE…
//
// makes FOLDER/FILE.cpp of each FILE of model/testing/litmus ("named", "random", "regressions").
// Left out, and named in a comment on top: what has no equal in C++, tests that wait or stop (a
// processor would wait with them) and tests with mutexes, which heddle does not model by the
// instructions that a mutex is made of.
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/testing/emit_cpp.hpp"
#include "model/testing/litmus.hpp"
#include "model/testing/litmus_data.hpp"
#include "stress/hardware_litmus/program.hpp"

namespace heddle::hardware_litmus {
namespace {

using testing::litmus_test;
using testing::litmus_thread;

std::string why_not(const testing::litmus_record& record, const litmus_test& test) {
  const std::string objection = testing::why_not_cpp(test);
  if (!objection.empty()) return objection;
  const testing::expected_counts& counts = record.counts[0];
  if (counts.blocked != 0) return "a thread may wait for ever";
  if (counts.errors != 0 || record.text.find("assert") != std::string::npos) return "assertions";
  if (record.text.find("lock()") != std::string::npos) return "mutexes";
  return "";
}

class program_writer {
 public:
  program_writer(const litmus_test& test, std::string space)
      : test_(test), words_(testing::words_of(test)), space_(std::move(space)) {}

  /// Empty text: a thread has too many registers.
  std::string text() {
    text_ = "namespace " + space_ + " {\n\nstruct memory {\n";
    for (const std::string& word : words_) {
      text_ += "  alignas(64) volatile std::atomic<long> " + word + ";\n";
    }
    text_ += "};\n\n";
    memory_functions();
    std::string functions;
    for (const litmus_thread& thread : test_.threads) {
      const std::string name = "thread_" + thread.name;
      if (!thread_function(thread, name)) return "";
      functions += name + ", ";
    }
    if (!thread_function(test_.final_thread.value_or(litmus_thread{"final", {}}), "finish")) {
      return "";
    }
    table(functions);
    return text_ + "}  // namespace " + space_ + "\n\n";
  }

 private:
  void memory_functions() {
    const std::string open = "  [[maybe_unused]] memory& m = *static_cast<memory*>(at);\n";
    text_ += "static void reset(void* at) {\n  memory& m = *new (at) memory;\n";
    for (const std::string& word : words_) {
      const auto initial = test_.initial.find(word);
      text_ += "  m." + word + ".store(" +
               std::to_string(initial == test_.initial.end() ? 0 : initial->second) +
               ", std::memory_order_relaxed);\n";
    }
    text_ += "}\n\nstatic void read(void* at, long* values) {\n" + open;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      text_ += "  values[" + std::to_string(i) + "] = m." + words_[i] +
               ".load(std::memory_order_relaxed);\n";
    }
    text_ += "}\n\n";
  }

  bool thread_function(const litmus_thread& thread, const std::string& name) {
    const testing::emitted_thread emitted = testing::emit_thread(thread, 2);
    if (emitted.registers.size() > registers_max) return false;
    text_ += "static void " + name + "([[maybe_unused]] void* at, [[maybe_unused]] long* out) {\n";
    for (const std::string& word : words_) {
      text_ += "  [[maybe_unused]] auto& " + word + " = static_cast<memory*>(at)->" + word + ";\n";
    }
    for (const std::string& r : emitted.registers) text_ += "  long " + r + " = 0;\n";
    text_ += "  [&] {\n" + emitted.text + "  }();\n";
    for (std::size_t i = 0; i < emitted.registers.size(); ++i) {
      text_ += "  out[" + std::to_string(i) + "] = " + emitted.registers[i] + ";\n";
      registers_ += "\"" + thread.name + "." + emitted.registers[i] + "\", ";
    }
    counts_ += std::to_string(emitted.registers.size()) + ", ";
    text_ += "}\n\n";
    return true;
  }

  void table(const std::string& functions) {
    std::string words;
    for (const std::string& word : words_) words += "\"" + word + "\", ";
    // Arrays have no size of 0: each ends with an element that is not counted.
    text_ += "static void (*const threads[])(void*, long*) = {" + functions + "};\n";
    text_ += "static constexpr std::string_view registers[] = {" + registers_ + "\"\"};\n";
    text_ += "static constexpr std::size_t counts[] = {" + counts_ + "};\n";
    text_ += "static constexpr std::string_view words[] = {" + words + "\"\"};\n";
    text_ += "static const registration entered{{\"" + test_.name + "\", R\"litmus(" + test_.text +
             ")litmus\", threads, reset, finish, read, {registers, std::size(registers) - 1}, "
             "counts, {words, std::size(words) - 1}, sizeof(memory)}};\n\n";
  }

  const litmus_test& test_;
  std::vector<std::string> words_;
  std::string space_;
  std::string text_;
  std::string registers_;
  std::string counts_;
};

void generate(const std::string& folder, const std::string& file) {
  std::string programs;
  std::string left_out;
  std::size_t number = 0;
  for (const testing::litmus_record& record : testing::load_litmus(file)) {
    litmus_test test = testing::parse_litmus(record.text);
    test.name = record.name;
    test.text = record.text;
    std::string objection = why_not(record, test);
    std::string text;
    if (objection.empty()) {
      text = program_writer(test, file + "_" + std::to_string(number++)).text();
      if (text.empty()) objection = "too many registers";
    }
    if (!objection.empty()) left_out += "// left out: " + record.name + ": " + objection + "\n";
    programs += text;
  }
  const std::string path = folder + "/" + file + ".cpp";
  std::ofstream stream(path);
  stream << left_out << "#include <iterator>\n#include <new>\n\n"
         << "#include \"stress/hardware_litmus/program.hpp\"\n\n"
         << "namespace heddle::hardware_litmus {\n\n"
         << programs << "}  // namespace heddle::hardware_litmus\n";
  if (!stream.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace
}  // namespace heddle::hardware_litmus

int main(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr, "usage: %s FOLDER FILE...\n", arguments[0]);
    return 2;
  }
  try {
    for (int i = 2; i < count; ++i) {
      heddle::hardware_litmus::generate(arguments[1], arguments[i]);
    }
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "%s: %s\n", arguments[0], failed.what());
    return 1;
  }
  return 0;
}
