#include <vector>

#include "stress/hardware_litmus/program.hpp"

namespace heddle::hardware_litmus {
namespace {

std::vector<native_program>& all() {
  static std::vector<native_program> programs;
  return programs;
}

}  // namespace

std::span<const native_program> programs() { return all(); }

registration::registration(const native_program& program) { all().push_back(program); }

}  // namespace heddle::hardware_litmus
