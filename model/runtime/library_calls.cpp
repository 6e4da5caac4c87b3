#include "model/runtime/library_calls.hpp"

#include <dlfcn.h>
#include <link.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace heddle::runtime {
namespace {

struct address_range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;

  bool contains(std::uintptr_t address) const { return address - begin < end - begin; }
};

struct library {
  address_range code;
  address_range data;
};

constexpr std::array<std::string_view, 2> file_names = {"libstdc++.so", "libgcc_s.so"};

/// Constructors and destructors of std::_Sp_locker, which brackets code of the program.
constexpr std::array brackets = {"_ZNSt10_Sp_lockerC1EPKv", "_ZNSt10_Sp_lockerC1EPKvS1_",
                                 "_ZNSt10_Sp_lockerD1Ev"};

struct known_libraries {
  bool found = false;
  std::array<library, file_names.size()> libraries;
  std::array<address_range, brackets.size()> programs_own;
};

constinit known_libraries known;

void extend(address_range& range, std::uintptr_t begin, std::uintptr_t end) {
  if (range.end == 0 || begin < range.begin) range.begin = begin;
  if (end > range.end) range.end = end;
}

library ranges_of(const dl_phdr_info& module) {
  library ranges;
  for (int i = 0; i < module.dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = module.dlpi_phdr[i];
    if (header.p_type != PT_LOAD) continue;
    const std::uintptr_t begin = module.dlpi_addr + header.p_vaddr;
    if (header.p_flags & PF_X) extend(ranges.code, begin, begin + header.p_memsz);
    if (header.p_flags & PF_W) extend(ranges.data, begin, begin + header.p_memsz);
  }
  return ranges;
}

int visit_module(dl_phdr_info* module, std::size_t, void*) {
  std::string_view name = module->dlpi_name;
  name.remove_prefix(name.rfind('/') + 1);
  for (std::size_t i = 0; i < file_names.size(); ++i) {
    if (name.starts_with(file_names[i])) known.libraries[i] = ranges_of(*module);
  }
  return 0;
}

address_range function_named(const char* name) {
  void* const start = dlsym(RTLD_DEFAULT, name);
  Dl_info info;
  void* symbol = nullptr;
  if (start == nullptr || dladdr1(start, &info, &symbol, RTLD_DL_SYMENT) == 0 ||
      symbol == nullptr) {
    return {};
  }
  const auto begin = reinterpret_cast<std::uintptr_t>(start);
  return {begin, begin + static_cast<const ElfW(Sym)*>(symbol)->st_size};
}

void find_libraries() {
  dl_iterate_phdr(&visit_module, nullptr);
  for (std::size_t i = 0; i < brackets.size(); ++i) {
    known.programs_own[i] = function_named(brackets[i]);
  }
  known.found = true;
}

}  // namespace

bool is_library_business(const void* object, std::uintptr_t caller) {
  if (!known.found) [[unlikely]] {
    find_libraries();
  }
  const auto address = reinterpret_cast<std::uintptr_t>(object);
  for (const library& one : known.libraries) {
    if (!one.code.contains(caller)) continue;
    if (!one.data.contains(address)) return false;
    for (const address_range& range : known.programs_own) {
      if (range.contains(caller - 1)) return false;  // the call, not what comes after it
    }
    return true;
  }
  return false;
}

bool is_library_code(std::uintptr_t caller) {
  if (!known.found) [[unlikely]] {
    find_libraries();
  }
  for (const library& one : known.libraries) {
    if (one.code.contains(caller)) return true;
  }
  return false;
}

bool is_library_object(const void* object) {
  if (!known.found) [[unlikely]] {
    find_libraries();
  }
  const auto address = reinterpret_cast<std::uintptr_t>(object);
  for (const library& one : known.libraries) {
    if (one.data.contains(address)) return true;
  }
  return false;
}

}  // namespace heddle::runtime
