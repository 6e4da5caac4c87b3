// Litmus tests as C++20 source text: std::atomic, std::mutex, std::thread and a HEDDLE_CHECK, so
// that the same program can be explored as data and as native code, and the counts compared.
//
// The words of memory become std::atomic<long> or what is asked for; a location used by lock,
// trylock and unlock becomes a std::mutex. The body of the check starts the threads in order, joins
// them in order and runs `final`. Failed assertions are heddle::require.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/testing/litmus.hpp"

namespace heddle::testing {

/// Why the test has no equal in C++, in a few words; empty if it has one. Without: assume, awaits,
/// choose, while, arrays, get and set, fmax and fmin, // and %, several memory operations in one
/// expression (C++ does not order them), orders that C++ does not allow. Whether a mutex is
/// unlocked only by the thread that holds it is not looked at.
std::string why_not_cpp(const litmus_test& test);

/// Where the locations live.
enum class emitted_storage : std::uint8_t {
  globals,
  locals,  // of the body of the check; the threads have references to them
  heap,    // members of one object that each execution allocates and frees
};

struct emitted_form {
  emitted_storage storage = emitted_storage::globals;
  std::string word = "long";  // a signed integer type that can hold the values that occur
};

/// One HEDDLE_CHECK(name) in a namespace of its own, for a file that starts with cpp_preamble().
/// Throws litmus_error if why_not_cpp() has something to say.
std::string emit_cpp(const litmus_test& test, std::string_view name, const emitted_form& form = {});

/// The includes.
std::string cpp_preamble();

/// One thread of a test for those who bring the threads and the memory: its registers, which they
/// declare (long, 0 at first), and its statements, which name registers and locations as the test
/// does, end it with `return` and are indented by 2 * `depth`.
struct emitted_thread {
  std::vector<std::string> registers;
  std::string text;
};

/// Throws litmus_error for statements that C++ does not have; ask why_not_cpp() first.
emitted_thread emit_thread(const litmus_thread& thread, unsigned depth);

/// The names of the words of memory, sorted, and nothing that is used as a mutex.
std::vector<std::string> words_of(const litmus_test& test);

}  // namespace heddle::testing
