// Settings of the standard streams that the program changes once for all: they live in the C++
// library, outlast the execution, and so must not keep buffers in the program's heap.
#include <ios>

#include "model/runtime/engine.hpp"
#include "model/runtime/real_function.hpp"

namespace heddle::runtime {
namespace {

constinit real_function<bool(bool)> real_sync{"_ZNSt8ios_base15sync_with_stdioEb"};

}  // namespace
}  // namespace heddle::runtime

bool std::ios_base::sync_with_stdio(bool on) {
  using namespace heddle::runtime;
  if (!engine::inside()) return real_sync(on);
  engine::visit v;
  return real_sync(on);
}
