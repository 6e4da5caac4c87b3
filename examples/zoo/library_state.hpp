// What a shared library keeps in its static and thread-local storage, put back at the beginning of
// each execution.
//
// heddle rolls back what the executable keeps there, and nothing of a shared library. An execution
// that is cut short (it turned out to be a repetition, or a failure) never comes to the calls by
// which the program would have left the library as it found it; the next one then begins with a
// library that believes to be initialised, by threads that never were.
#pragma once

#include <link.h>

#include <cstddef>
#include <cstring>
#include <string_view>
#include <vector>

/// Remembers the writable storage of one loaded library, and restores it on demand. To be
/// constructed before the exploration, as a global object.
class library_state {
 public:
  /// `name` is a part of the path of the library; if none has it, there is nothing to restore.
  explicit library_state(const char* name) : name_(name) { dl_iterate_phdr(&remember, this); }

  /// How many bytes of static storage are put back: 0 if the library was not found.
  std::size_t size() const {
    std::size_t sum = 0;
    for (const range& each : ranges_) sum += each.bytes.size();
    return sum;
  }

  /// Puts back the static storage. Called by one thread while no other runs. Linear in size().
  void restore() const {
    for (const range& each : ranges_) std::memcpy(each.begin, each.bytes.data(), each.bytes.size());
  }

  /// Puts back the thread-locals of the calling thread, as they are in a new one.
  void restore_thread() const { dl_iterate_phdr(&begin_thread, const_cast<library_state*>(this)); }

 private:
  struct range {
    char* begin;
    std::vector<char> bytes;
  };

  static bool is_meant(const dl_phdr_info& info, const library_state& state) {
    return std::string_view(info.dlpi_name).find(state.name_) != std::string_view::npos;
  }

  /// What the loader has made read-only after relocation begins a writable segment.
  static std::size_t end_of_read_only(const dl_phdr_info& info) {
    constexpr std::size_t page = 4096;
    for (int i = 0; i < info.dlpi_phnum; ++i) {
      const ElfW(Phdr)& header = info.dlpi_phdr[i];
      if (header.p_type != PT_GNU_RELRO) continue;
      return (header.p_vaddr + header.p_memsz + page - 1) / page * page;
    }
    return 0;
  }

  static int remember(dl_phdr_info* info, std::size_t, void* self) {
    auto& state = *static_cast<library_state*>(self);
    if (!is_meant(*info, state)) return 0;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
      const ElfW(Phdr)& header = info->dlpi_phdr[i];
      if (header.p_type != PT_LOAD || (header.p_flags & PF_W) == 0) continue;
      const std::size_t read_only = end_of_read_only(*info);
      const std::size_t first = header.p_vaddr > read_only ? header.p_vaddr : read_only;
      const std::size_t last = header.p_vaddr + header.p_memsz;
      if (first >= last) continue;
      char* const begin = reinterpret_cast<char*>(info->dlpi_addr + first);
      state.ranges_.push_back({begin, std::vector<char>(begin, begin + (last - first))});
    }
    return 0;
  }

  static int begin_thread(dl_phdr_info* info, std::size_t, void* self) {
    if (!is_meant(*info, *static_cast<const library_state*>(self))) return 0;
    if (info->dlpi_tls_data == nullptr) return 0;  // the thread has none yet
    for (int i = 0; i < info->dlpi_phnum; ++i) {
      const ElfW(Phdr)& header = info->dlpi_phdr[i];
      if (header.p_type != PT_TLS) continue;
      char* const begin = static_cast<char*>(info->dlpi_tls_data);
      std::memcpy(begin, reinterpret_cast<const char*>(info->dlpi_addr + header.p_vaddr),
                  header.p_filesz);
      std::memset(begin + header.p_filesz, 0, header.p_memsz - header.p_filesz);
    }
    return 0;
  }

  const char* name_;
  std::vector<range> ranges_;
};
