#include "model/runtime/program_exit.hpp"

#include <vector>

#include "model/runtime/endings.hpp"
#include "model/runtime/engine.hpp"
#include "model/runtime/real_function.hpp"

namespace heddle::runtime {
namespace {

constinit real_function<int(void (*)(void*), void*, void*)> real_atexit{"__cxa_atexit"};
constinit real_function<int(void (*)(void*), void*)> real_at_quick_exit{"__cxa_at_quick_exit"};
constinit real_function<int(void (*)(int, void*), void*)> real_on_exit{"on_exit"};

struct handler {
  void (*function)(void*);
  void (*with_status)(int, void*);  // of on_exit; else null
  void* argument;
};

/// Objects of a shared library live through all executions. `library` is an address in the static
/// storage of the module that registers; null from an executable at a fixed address.
bool is_ours(const void* library) {
  return engine::inside() && (library == nullptr || engine::current()->statics().contains(
                                                        reinterpret_cast<std::uintptr_t>(library)));
}

constinit std::vector<handler> exit_handlers;
constinit std::vector<handler> quick_exit_handlers;

void remember(std::vector<handler>& list, const handler& h) {
  engine::visit v;
  list.push_back(h);
}

void run(std::vector<handler>& list) {
  while (!list.empty()) {
    const handler last = list.back();
    list.pop_back();
    if (last.with_status != nullptr) {
      last.with_status(0, last.argument);
    } else {
      last.function(last.argument);
    }
  }
}

}  // namespace

void forget_program_exit_handlers() {
  exit_handlers.clear();
  quick_exit_handlers.clear();
}

void run_program_exit_handlers() { run(exit_handlers); }

void run_quick_exit_handlers() { run(quick_exit_handlers); }

}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

// atexit() comes here as well, with a null object.
int __cxa_atexit(void (*function)(void*), void* object, void* library) noexcept {
  if (!is_ours(library)) return real_atexit(function, object, library);
  remember(exit_handlers, {function, nullptr, object});
  return 0;
}

int __cxa_at_quick_exit(void (*function)(void*), void* library) noexcept {
  if (!engine::inside()) return real_at_quick_exit(function, library);
  remember(quick_exit_handlers, {function, nullptr, nullptr});
  return 0;
}

int on_exit(void (*function)(int, void*), void* argument) noexcept {
  if (!engine::inside()) return real_on_exit(function, argument);
  remember(exit_handlers, {nullptr, function, argument});
  return 0;
}

}  // extern "C"
