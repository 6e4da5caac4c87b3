// Which functions an address of a compilation unit lies in, and what was inlined into them there.
// libdw's dwarf_getscopes does not look into namespaces, where clang puts its functions; and it
// walks the whole unit each time, where this walks it once.
#pragma once

#include <elfutils/libdw.h>

#include <vector>

namespace heddle::report {

class function_index {
 public:
  explicit function_index(Dwarf_Die* unit);

  /// Innermost first: the DW_TAG_inlined_subroutine entries around `address` (as the unit counts),
  /// then the DW_TAG_subprogram. Empty if no function covers it.
  std::vector<Dwarf_Die> functions_at(Dwarf_Addr address) const;

 private:
  void collect(Dwarf_Die parent);

  struct range {
    Dwarf_Addr begin, end;
    Dwarf_Die function;
  };
  std::vector<range> ranges_;  // sorted by `begin`
};

}  // namespace heddle::report
