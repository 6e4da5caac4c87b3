#include "model/runtime/output_capture.hpp"

#include <stdio_ext.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <system_error>

#include "model/program/check_that.hpp"
#include "model/runtime/raw_system_call.hpp"

namespace heddle::runtime {
namespace {

constexpr unsigned char untouched = 0xff;
constexpr off_t first_page = 4096;  // so much of the file there always is, for the mapping
constexpr const char* what = "heddle cannot redirect the program's output";

// Of the capture in force, for whoever must do without it; -1: none.
constinit int active_file = -1;
constinit int active_saved[2] = {-1, -1};

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

/// Grants access to the protected ends of any stream buffer's put area.
struct opened_buffer : std::streambuf {
  static bool holds_output(const std::streambuf& buffer) {
    return (buffer.*&opened_buffer::pptr)() != (buffer.*&opened_buffer::pbase)();
  }
};

/// After sync_with_stdio(false) the streams buffer for themselves.
void flush_streams() {
  for (std::ostream* stream : {&std::cout, &std::clog}) {
    if (opened_buffer::holds_output(*stream->rdbuf())) stream->flush();
  }
}

/// A thread that was abandoned within printf still holds the lock of its FILE, and always would.
void break_lock(std::FILE* file) {
  if (ftrylockfile(file) == 0) return funlockfile(file);
  struct glibc_lock {
    int word;
    int count;
    void* owner;
  };
  *static_cast<glibc_lock*>(file->_lock) = {};
}

/// glibc looks at the mode only when it next empties the buffer: so that is done at once, with a
/// byte in it. The caller drops that byte, which goes to the capture.
void set_buffering(std::FILE* file, int mode) {
  std::setvbuf(file, nullptr, mode, 0);
  std::putc('\n', file);
  std::fflush(file);
}

void raw_write(int descriptor, const char* bytes, long size) {
  while (size > 0) {
    const long written = raw_system_call(SYS_write, descriptor, as_argument(bytes), size);
    if (written <= 0) return;
    bytes += written;
    size -= written;
  }
}

void give_up_at_exit() { output_capture::give_up(); }

}  // namespace

output_capture::output_capture() {
  check_that(active_file < 0, "there is one capture at a time");
  static const int registered = std::atexit(&give_up_at_exit);
  static_cast<void>(registered);
  std::fflush(stdout);
  std::fflush(stderr);
  flush_streams();
  try {
    redirect();
  } catch (...) {
    restore();
    throw;
  }
}

output_capture::~output_capture() {
  if (active_file >= 0) discard();
  restore();
}

void output_capture::open_file() {
  file_ = checked(memfd_create("heddle-output", MFD_CLOEXEC), what);
  checked(ftruncate(file_, first_page), what);
  void* const page = mmap(nullptr, first_page, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  if (page == MAP_FAILED) checked(-1, what);
  first_byte_ = static_cast<volatile unsigned char*>(page);
  *first_byte_ = untouched;
}

void output_capture::separate() {
  begin_execution(in_order_);
  munmap(const_cast<unsigned char*>(first_byte_), first_page);
  close(file_);
  open_file();
  for (int i : {0, 1}) checked(dup2(file_, i + 1), what);
  active_file = file_;
}

void output_capture::redirect() {
  open_file();
  for (int i : {0, 1}) saved_[i] = checked(dup(i + 1), what);
  original_stderr_ = fdopen(checked(dup(saved_[1]), what), "w");
  if (original_stderr_ == nullptr) checked(-1, what);
  std::setvbuf(original_stderr_, nullptr, _IONBF, 0);
  for (int i : {0, 1}) checked(dup2(file_, i + 1), what);
  // Fewer system calls for a program that prints in every execution.
  was_line_buffered_ = __flbf(stdout) != 0;
  set_buffering(stdout, _IOFBF);
  active_saved[0] = saved_[0];
  active_saved[1] = saved_[1];
  active_file = file_;
  discard();
}

void output_capture::restore() noexcept {
  if (active_file >= 0 && was_line_buffered_) set_buffering(stdout, _IOLBF);
  active_file = -1;
  for (int i : {0, 1}) {
    if (saved_[i] < 0) continue;
    dup2(saved_[i], i + 1);
    close(saved_[i]);
  }
  if (original_stderr_ != nullptr) std::fclose(original_stderr_);
  if (first_byte_ != nullptr) munmap(const_cast<unsigned char*>(first_byte_), first_page);
  if (file_ >= 0) close(file_);
}

void output_capture::begin_execution(bool in_order) {
  break_lock(stdout);
  break_lock(stderr);
  flush_streams();
  if (__fpending(stdout) != 0) __fpurge(stdout);
  if (__fpending(stderr) != 0) __fpurge(stderr);
  if (*first_byte_ != untouched) discard();
  if (in_order == in_order_) return;
  in_order_ = in_order;
  set_buffering(stdout, in_order ? _IOLBF : _IOFBF);
  discard();
}

/// Descriptors 1 and 2 share one position in the file.
void output_capture::discard() {
  break_lock(stdout);
  break_lock(stderr);
  flush_streams();
  __fpurge(stdout);
  __fpurge(stderr);
  if (lseek(file_, 0, SEEK_CUR) > first_page) ftruncate(file_, first_page);
  lseek(file_, 0, SEEK_SET);
  *first_byte_ = untouched;
}

std::string output_capture::text() {
  flush_streams();
  std::fflush(stdout);
  std::fflush(stderr);
  std::string result;
  const off_t size = lseek(file_, 0, SEEK_CUR);
  if (size <= 0) return result;
  result.resize(static_cast<std::size_t>(size));
  const ssize_t got = pread(file_, result.data(), result.size(), 0);
  result.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return result;
}

void output_capture::give_up() noexcept {
  const int file = active_file;
  if (file < 0) return;
  active_file = -1;
  const long size = raw_system_call(SYS_lseek, file, 0, SEEK_CUR);
  for (int i : {0, 1}) raw_system_call(SYS_dup2, active_saved[i], i + 1);
  char bytes[1024];
  for (long at = 0; at < size;) {
    const long rest = size - at < long{sizeof bytes} ? size - at : long{sizeof bytes};
    const long got = raw_system_call(SYS_pread64, file, as_argument(bytes), rest, at);
    if (got <= 0) return;
    raw_write(2, bytes, got);
    at += got;
  }
}

}  // namespace heddle::runtime
