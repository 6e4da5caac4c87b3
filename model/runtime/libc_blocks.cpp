#include "model/runtime/libc_blocks.hpp"

#include <link.h>
#include <sys/auxv.h>

#include "model/program/check_that.hpp"

extern "C" void* __libc_malloc(std::size_t size);

namespace heddle::runtime {
namespace {

struct code_range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;

  bool contains(std::uintptr_t address) const { return address - begin < end - begin; }
};

struct libc_code {
  code_range libc;
  code_range loader;
};

code_range code_of(const dl_phdr_info& module) {
  code_range range;
  for (int i = 0; i < module.dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = module.dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
    range.begin = module.dlpi_addr + header.p_vaddr;
    range.end = range.begin + header.p_memsz;
  }
  return range;
}

int visit_module(dl_phdr_info* module, std::size_t, void* argument) {
  auto& found = *static_cast<libc_code*>(argument);
  const code_range range = code_of(*module);
  if (range.contains(reinterpret_cast<std::uintptr_t>(&__libc_malloc))) found.libc = range;
  if (module->dlpi_addr == getauxval(AT_BASE)) found.loader = range;
  return 0;
}

constinit libc_code known;

}  // namespace

constinit libc_block_list libc_blocks;

bool is_libc_code(std::uintptr_t pc) {
  if (known.libc.end == 0) [[unlikely]] {
    dl_iterate_phdr(&visit_module, &known);
    check_that(known.libc.end != 0, "libc is among the loaded modules");
  }
  return known.libc.contains(pc) || known.loader.contains(pc);
}

}  // namespace heddle::runtime
