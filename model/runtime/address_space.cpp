#include "model/runtime/address_space.hpp"

#include <dlfcn.h>
#include <sys/resource.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>

namespace heddle::runtime {
namespace {

struct rival {
  const char* symbol;  // which only its own runtime has, not heddle
  const char* name;    // in -fsanitize=
};

constexpr std::array rivals = {rival{"__tsan_java_init", "thread"}, rival{"__asan_init", "address"},
                               rival{"__hwasan_init", "hwaddress"}, rival{"__msan_init", "memory"}};

}  // namespace

std::string address_advice(int error) {
  if (error == EEXIST) {
    return "something else lies there, such as the runtime of a sanitizer or of a language with "
           "an address layout of its own; link the program without it";
  }
  struct rlimit limit = {};
  if (error == ENOMEM && getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    return "the address space of this process is limited to " + std::to_string(limit.rlim_cur) +
           " bytes; lift the limit (ulimit -v unlimited): addresses alone take no memory";
  }
  if (error == ENOMEM) {
    return "the system gives no more addresses; look at vm.overcommit_memory and the limits of "
           "the container";
  }
  return std::generic_category().message(error);
}

void refuse_addresses(std::uintptr_t base, std::size_t bytes, const std::string& purpose,
                      int error) {
  char where[64];
  std::snprintf(where, sizeof where, "%zu bytes of addresses at 0x%zx", bytes,
                static_cast<std::size_t>(base));
  throw std::runtime_error(std::string("heddle cannot reserve ") + where + " for " + purpose +
                           ": " + address_advice(error));
}

std::string rival_runtime() {
  for (const rival& one : rivals) {
    if (dlsym(RTLD_DEFAULT, one.symbol) == nullptr) continue;
    const std::string flag = std::string("-fsanitize=") + one.name;
    return "this program contains the runtime of " + flag +
           ", which wants the same calls and addresses as heddle; link it without " + flag +
           (one.name == std::string("thread")
                ? " (the flag is for compiling only; heddle-c++ and heddle::check see to that)"
                : "");
  }
  return {};
}

}  // namespace heddle::runtime
