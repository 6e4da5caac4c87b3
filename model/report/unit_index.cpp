#include "model/report/unit_index.hpp"

#include <algorithm>

namespace heddle::report {

unit_index::unit_index(Dwfl_Module* module) {
  Dwarf_Addr bias = 0;
  Dwarf_Die* unit = nullptr;
  while ((unit = dwfl_module_nextcu(module, unit, &bias)) != nullptr) {
    Dwarf_Addr base = 0, begin = 0, end = 0;
    std::ptrdiff_t position = 0;
    while ((position = dwarf_ranges(unit, position, &base, &begin, &end)) > 0) {
      // Functions that the linker dropped keep a range near 0 (or at the very top).
      if (begin == 0 || begin >= end) continue;
      ranges_.push_back({begin + bias, end + bias, unit, bias});
    }
  }
  std::sort(ranges_.begin(), ranges_.end(),
            [](const range& a, const range& b) { return a.begin < b.begin; });
}

unit_index::answer unit_index::find(Dwarf_Addr address) const {
  auto after = std::upper_bound(ranges_.begin(), ranges_.end(), address,
                                [](Dwarf_Addr a, const range& r) { return a < r.begin; });
  if (after == ranges_.begin()) return {};
  const range& candidate = *(after - 1);
  if (address >= candidate.end) return {};
  return {candidate.unit, address - candidate.bias};
}

}  // namespace heddle::report
