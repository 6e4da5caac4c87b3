// The C library's function of a name that heddle defines itself. Looked up at its first use; meant
// for constinit variables, since a guarded static would come back to heddle.
#pragma once

#include <dlfcn.h>

#include "model/program/check_that.hpp"

namespace heddle::runtime {

template <typename Function>
class real_function {
 public:
  constexpr explicit real_function(const char* name) : name_(name) {}

  template <typename... Arguments>
  auto operator()(Arguments... arguments) {
    if (found_ == nullptr) {
      found_ = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name_));
      check_that(found_ != nullptr, "the C library has what heddle diverts");
    }
    return found_(arguments...);
  }

 private:
  const char* name_;
  Function* found_ = nullptr;
};

}  // namespace heddle::runtime
