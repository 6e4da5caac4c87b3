#include "model/report/function_index.hpp"

#include <dwarf.h>

#include <algorithm>
#include <cstddef>

namespace heddle::report {
namespace {

/// Adds the inlined functions below `parent` that cover `address`, outermost first.
void add_inlined(Dwarf_Die parent, Dwarf_Addr address, std::vector<Dwarf_Die>& result) {
  Dwarf_Die child;
  if (dwarf_child(&parent, &child) != 0) return;
  do {
    const int tag = dwarf_tag(&child);
    if (tag == DW_TAG_subprogram || dwarf_haspc(&child, address) <= 0) continue;
    if (tag == DW_TAG_inlined_subroutine) result.push_back(child);
    add_inlined(child, address, result);
    return;
  } while (dwarf_siblingof(&child, &child) == 0);
}

}  // namespace

function_index::function_index(Dwarf_Die* unit) {
  collect(*unit);
  std::sort(ranges_.begin(), ranges_.end(),
            [](const range& a, const range& b) { return a.begin < b.begin; });
}

void function_index::collect(Dwarf_Die parent) {
  Dwarf_Die child;
  if (dwarf_child(&parent, &child) != 0) return;
  do {
    const int tag = dwarf_tag(&child);
    if (tag == DW_TAG_inlined_subroutine) continue;
    if (tag == DW_TAG_subprogram) {
      Dwarf_Addr base = 0, begin = 0, end = 0;
      std::ptrdiff_t position = 0;
      while ((position = dwarf_ranges(&child, position, &base, &begin, &end)) > 0)
        if (begin != 0 && begin < end) ranges_.push_back({begin, end, child});
    }
    collect(child);  // functions may be inside namespaces, classes and other functions
  } while (dwarf_siblingof(&child, &child) == 0);
}

std::vector<Dwarf_Die> function_index::functions_at(Dwarf_Addr address) const {
  auto after = std::upper_bound(ranges_.begin(), ranges_.end(), address,
                                [](Dwarf_Addr a, const range& r) { return a < r.begin; });
  if (after == ranges_.begin()) return {};
  const range& candidate = *(after - 1);
  if (address >= candidate.end) return {};
  std::vector<Dwarf_Die> result{candidate.function};
  add_inlined(candidate.function, address, result);
  std::reverse(result.begin(), result.end());
  return result;
}

}  // namespace heddle::report
