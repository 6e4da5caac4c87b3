// Which compilation unit covers an address. libdw answers this from .debug_aranges, a section that
// clang leaves out; so this index is made from the address ranges of the units themselves.
#pragma once

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

#include <cstdint>
#include <vector>

namespace heddle::report {

class unit_index {
 public:
  explicit unit_index(Dwfl_Module* module);

  struct answer {
    Dwarf_Die* unit = nullptr;  // null: no debug information covers the address
    Dwarf_Addr address = 0;     // the address as the unit counts
  };
  answer find(Dwarf_Addr address) const;

 private:
  struct range {
    Dwarf_Addr begin, end;
    Dwarf_Die* unit;
    Dwarf_Addr bias;
  };
  std::vector<range> ranges_;  // sorted by `begin`, which includes the bias
};

}  // namespace heddle::report
