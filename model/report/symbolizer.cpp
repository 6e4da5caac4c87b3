// The symbolizer of this process, with libdwfl (elfutils).

#include "model/report/symbolizer.hpp"

#include <cxxabi.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string_view>
#include <unordered_map>

#include "model/report/function_index.hpp"
#include "model/report/unit_index.hpp"

namespace heddle::report {
namespace {

std::string demangled(const char* name) {
  // A plain name may read as a mangled type: "x" as long long.
  if (std::string_view(name).substr(0, 2) != "_Z") return name;
  int status = 0;
  char* text = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  std::string result = status == 0 && text ? text : name;
  std::free(text);
  // clang may give a part of a variable its own symbol, with a number behind the name.
  const std::size_t part = status == 0 ? std::string::npos : result.find('.');
  return part == std::string::npos ? result : demangled(result.substr(0, part).c_str());
}

std::string normalised(const char* path) {
  return path ? std::filesystem::path(path).lexically_normal().string() : std::string();
}

std::string name_of_function(Dwarf_Die& die) {
  for (unsigned attribute : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
    Dwarf_Attribute found;
    if (dwarf_attr_integrate(&die, attribute, &found))
      if (const char* name = dwarf_formstring(&found)) return demangled(name);
  }
  const char* name = dwarf_diename(&die);
  return name ? name : "";
}

Dwarf_Word number(Dwarf_Die& die, unsigned attribute) {
  Dwarf_Attribute found;
  Dwarf_Word result = 0;
  if (dwarf_attr_integrate(&die, attribute, &found)) dwarf_formudata(&found, &result);
  return result;
}

class process_symbolizer final : public symbolizer {
 public:
  ~process_symbolizer() override {
    if (session_) dwfl_end(session_);
  }

  std::vector<frame> resolve(std::uintptr_t return_address) override {
    auto [entry, is_new] = frames_.try_emplace(return_address);
    if (is_new) entry->second = look_up(return_address - 1);
    return entry->second;
  }

  std::string name_object(std::uintptr_t address) override {
    Dwfl_Module* module = module_of(address);
    if (!module) return {};
    GElf_Off offset = 0;
    GElf_Sym symbol;
    const char* name =
        dwfl_module_addrinfo(module, address, &offset, &symbol, nullptr, nullptr, nullptr);
    if (!name || GELF_ST_TYPE(symbol.st_info) != STT_OBJECT) return {};
    if (offset != 0 && offset >= symbol.st_size) return {};
    std::string result = demangled(name);
    // The bytes of a guard of a function-local static are one object to whoever reads a report.
    if (offset != 0 && !std::string_view(name).starts_with("_ZGV")) {
      result += "+" + std::to_string(offset);
    }
    return result;
  }

 private:
  void open() {
    opened_ = true;
    // Not dwfl_standard_find_debuginfo: it may ask a server on the network.
    static const Dwfl_Callbacks callbacks = {dwfl_linux_proc_find_elf, dwfl_build_id_find_debuginfo,
                                             nullptr, nullptr};
    session_ = dwfl_begin(&callbacks);
    if (!session_) return;
    dwfl_report_begin(session_);
    dwfl_linux_proc_report(session_, getpid());
    dwfl_report_end(session_, nullptr, nullptr);
  }

  Dwfl_Module* module_of(std::uintptr_t address) {
    if (!opened_) open();
    return session_ ? dwfl_addrmodule(session_, address) : nullptr;
  }

  const unit_index& index_of(Dwfl_Module* module) {
    return indices_.try_emplace(module, module).first->second;
  }

  std::vector<frame> look_up(std::uintptr_t address) {
    frame physical;
    Dwfl_Module* module = module_of(address);
    if (!module) return {physical};
    Dwarf_Addr start = 0;
    const char* path = nullptr;
    const char* name =
        dwfl_module_info(module, nullptr, &start, nullptr, nullptr, nullptr, &path, nullptr);
    physical.module = path ? path : name ? name : "";
    physical.module_offset = address - start;
    if (const char* symbol = dwfl_module_addrname(module, address))
      physical.function = demangled(symbol);
    const auto [unit, unit_address] = index_of(module).find(address);
    if (!unit) return {physical};
    if (Dwarf_Line* line = dwarf_getsrc_die(unit, unit_address)) {
      physical.file = normalised(dwarf_linesrc(line, nullptr, nullptr));
      int number = 0;
      dwarf_lineno(line, &number);
      physical.line = static_cast<unsigned>(number);
    }
    return with_inlined(unit, unit_address, physical);
  }

  /// Each inlined function says where it was called, which is the place of the next frame.
  std::vector<frame> with_inlined(Dwarf_Die* unit, Dwarf_Addr address, frame place) {
    std::vector<frame> result;
    Dwarf_Files* files = nullptr;
    if (dwarf_getsrcfiles(unit, &files, nullptr) != 0) files = nullptr;
    const function_index& functions = functions_.try_emplace(unit->addr, unit).first->second;
    for (Dwarf_Die& function : functions.functions_at(address)) {
      if (std::string name = name_of_function(function); !name.empty())
        place.function = std::move(name);
      place.inlined = dwarf_tag(&function) == DW_TAG_inlined_subroutine;
      result.push_back(place);
      if (!place.inlined) break;
      const char* file =
          files ? dwarf_filesrc(files, number(function, DW_AT_call_file), nullptr, nullptr)
                : nullptr;
      place.file = normalised(file);
      place.line = static_cast<unsigned>(number(function, DW_AT_call_line));
    }
    if (result.empty()) result.push_back(place);
    return result;
  }

  bool opened_ = false;
  Dwfl* session_ = nullptr;
  std::map<Dwfl_Module*, unit_index> indices_;
  std::map<void*, function_index> functions_;  // by the address of the unit
  std::unordered_map<std::uintptr_t, std::vector<frame>> frames_;
};

}  // namespace

std::unique_ptr<symbolizer> make_symbolizer() { return std::make_unique<process_symbolizer>(); }

}  // namespace heddle::report
