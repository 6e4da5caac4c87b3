#include "model/driver/library_spins.hpp"

#include <memory>

#include "model/report/symbolizer.hpp"

namespace heddle {

std::function<bool(std::uintptr_t)> library_spin_finder() {
  const std::shared_ptr<report::symbolizer> symbols = report::make_symbolizer();
  return [symbols](std::uintptr_t pc) {
    for (const report::frame& f : symbols->resolve(pc)) {
      for (const char* loop : {"__detail::__atomic_spin", "::_S_do_spin"}) {
        if (f.function.find(loop) != std::string::npos) return true;
      }
    }
    return false;
  };
}

}  // namespace heddle
