// std::terminate, called by the program or by the C++ runtime because of it, most often since
// nobody catches an exception: who threw what is in the report.
#include <cxxabi.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <typeinfo>

#include "model/runtime/endings.hpp"
#include "model/runtime/engine.hpp"
#include "model/runtime/libc_blocks.hpp"
#include "model/runtime/program_exit.hpp"

namespace heddle::runtime {
namespace {

constinit std::terminate_handler outer_handler = nullptr;  // what was there before heddle's

class short_text {
 public:
  void assign(const char* text) {
    std::size_t i = 0;
    for (; text != nullptr && text[i] != '\0' && i + 1 < sizeof text_; ++i) text_[i] = text[i];
    text_[i] = '\0';
    known_ = true;
  }
  bool known() const { return known_; }
  const char* c_str() const { return text_; }

 private:
  bool known_ = false;
  char text_[256];
};

/// What the current exception says of itself. Runs code of the program: not during a visit.
void read_text(short_text& text) {
  try {
    throw;
  } catch (const std::exception& thrown) {
    text.assign(thrown.what());
  } catch (const char* thrown) {
    text.assign(thrown);
  } catch (const std::string& thrown) {
    text.assign(thrown.c_str());
  } catch (...) {
  }
}

std::string demangled(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
  std::string result = status == 0 ? name.get() : type.name();
  const std::string longhand =
      "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >";
  if (result == longhand) result = "std::string";
  return result;
}

[[noreturn]] void on_terminate() {
  if (!engine::inside()) {
    if (outer_handler != nullptr) outer_handler();
    std::abort();
  }
  const std::type_info* const type = abi::__cxa_current_exception_type();
  short_text text;
  if (type != nullptr) read_text(text);
  engine::visit v;
  const std::string who = thread_name(v.e.running());
  if (type == nullptr) {
    v.e.fail(failure_kind::abort, who +
                                      " calls std::terminate (a joinable std::thread is destroyed "
                                      "or overwritten, perhaps)");
  }
  std::string thrown = demangled(*type);
  if (text.known()) thrown += std::string("(\"") + text.c_str() + "\")";
  v.e.fail(failure_kind::uncaught_exception, who + " throws " + thrown + " that nobody catches");
}

}  // namespace

void install_terminate_handler() {
  const std::terminate_handler before = std::set_terminate(&on_terminate);
  if (outer_handler == nullptr && before != &on_terminate) outer_handler = before;
  forget_program_exit_handlers();
  libc_blocks.new_execution();
}

}  // namespace heddle::runtime
