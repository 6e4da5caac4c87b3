#include "model/driver/crew.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <system_error>
#include <thread>

namespace heddle {
namespace {

constexpr pid_t nobody = 0;    // a place is free
constexpr pid_t claimed = -1;  // its process is about to be made

std::string bytes_of(int file) {
  std::string text(static_cast<std::size_t>(lseek(file, 0, SEEK_END)), '\0');
  const ssize_t got = pread(file, text.data(), text.size(), 0);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string words_for_end(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    return fmt::format("was killed by signal {} ({}{})", number, strsignal(number),
                       number == SIGKILL ? "; is there enough memory for all of them?" : "");
  }
  return fmt::format("ended with status {}", WEXITSTATUS(status));
}

}  // namespace

tally operator+(const tally& a, const tally& b) {
  return {a.executions + b.executions,    a.blocked + b.blocked,
          a.failures + b.failures,        a.cut + b.cut,
          a.unfinished + b.unfinished,    std::max(a.max_events, b.max_events),
          std::max(a.threads, b.threads), a.explored + b.explored};
}

/// One process, and what all that were in this place have seen. Who reads while it is written sees
/// numbers of two moments: good enough for a progress line; when the process has ended all is
/// exact.
struct alignas(64) crew::place {
  std::atomic<pid_t> process{nobody};
  std::atomic<std::uint64_t> executions{0}, blocked{0}, failures{0}, cut{0}, unfinished{0};
  std::atomic<std::uint32_t> max_events{0}, threads{0};
  std::atomic<double> explored{0};

  void write(const tally& seen) {
    executions.store(seen.executions, std::memory_order_relaxed);
    blocked.store(seen.blocked, std::memory_order_relaxed);
    failures.store(seen.failures, std::memory_order_relaxed);
    cut.store(seen.cut, std::memory_order_relaxed);
    unfinished.store(seen.unfinished, std::memory_order_relaxed);
    max_events.store(seen.max_events, std::memory_order_relaxed);
    threads.store(seen.threads, std::memory_order_relaxed);
    explored.store(seen.explored, std::memory_order_relaxed);
  }
  tally read() const {
    return {executions, blocked, failures, cut, unfinished, max_events, threads, explored};
  }
};

struct crew::board {
  std::atomic<unsigned> at_work{1};
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> taken{0};
  unsigned jobs = 1;
  struct {
    std::atomic<bool> begun{false}, complete{false};
    int file = -1;
  } messages[3];
  // One that has ended keeps its place until the head has looked at how.
  std::array<place, 2 * most_jobs> places;
};

crew::crew(unsigned jobs) : head_(getpid()) {
  void* const memory =
      mmap(nullptr, sizeof(board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    throw std::system_error(errno, std::generic_category(), "--jobs needs memory to share");
  }
  board_ = new (memory) board;
  board_->jobs = std::min(jobs, most_jobs);
  for (auto& one : board_->messages) {
    one.file = memfd_create("heddle-message", MFD_CLOEXEC);
    if (one.file < 0) {
      throw std::system_error(errno, std::generic_category(), "--jobs needs files in memory");
    }
  }
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  // Who ignores its children's ends never learns how they ended.
  struct sigaction usual{};
  usual.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &usual, &before_crew_);
}

crew::~crew() {
  if (!is_head()) return;
  dismiss();
  prctl(PR_SET_CHILD_SUBREAPER, 0);
  sigaction(SIGCHLD, &before_crew_, nullptr);
  for (const auto& one : board_->messages) close(one.file);
  munmap(board_, sizeof(board));
}

bool crew::is_head() const { return mine_ == nullptr; }

bool crew::has_room() const {
  return board_->at_work.load(std::memory_order_relaxed) < board_->jobs;
}

crew::place* crew::claim() {
  for (place& one : board_->places) {
    pid_t expected = nobody;
    if (one.process.compare_exchange_strong(expected, claimed)) return &one;
  }
  return nullptr;
}

crew::side crew::split() {
  unsigned now = board_->at_work.load();
  do {
    if (now >= board_->jobs || board_->over.load()) return side::alone;
  } while (!board_->at_work.compare_exchange_weak(now, now + 1));
  place* const theirs = claim();
  const pid_t between = theirs == nullptr ? -1 : fork();
  if (between == 0) {
    const pid_t parent = getpid();
    const pid_t newcomer = fork();
    if (newcomer == 0) {
      start_work(*theirs, parent);
      return side::newcomer;
    }
    if (newcomer > 0) theirs->process.store(newcomer);
    _exit(newcomer > 0 ? 0 : 1);
  }
  int status = 1;
  while (between > 0 && waitpid(between, &status, 0) < 0 && errno == EINTR) {
  }
  if (between > 0 && status == 0) return side::old;
  if (theirs != nullptr) theirs->process.store(nobody);
  board_->at_work.fetch_sub(1);
  return side::alone;
}

void crew::start_work(place& mine, pid_t between) {
  // Only when the process in between has ended is this one the head's.
  while (getppid() == between) std::this_thread::yield();
  mine_ = &mine;
  before_ = mine.read();
  if (is_over()) _exit(0);
}

void crew::publish(const tally& seen) {
  if (mine_ != nullptr) mine_->write(before_ + seen);
}

bool crew::take_one_of(std::uint64_t limit) { return board_->taken.fetch_add(1) < limit; }

bool crew::has_run_out(std::uint64_t limit) const { return limit != 0 && board_->taken > limit; }

bool crew::is_over() const {
  return board_->over.load(std::memory_order_relaxed) || getppid() != head_;
}

void crew::tell(message what, std::string_view text) {
  auto& box = board_->messages[static_cast<unsigned>(what)];
  if (box.begun.exchange(true)) return;
  write_all(box.file, text);
  box.complete.store(true);
}

void crew::leave() {
  board_->at_work.fetch_sub(1);
  _exit(0);
}

void crew::rest() { board_->at_work.fetch_sub(1); }

bool crew::others_search() const {
  return std::any_of(board_->places.begin(), board_->places.end(),
                     [](const place& one) { return one.process.load() != nobody; });
}

tally crew::of_the_others() const {
  tally all;
  for (const place& one : board_->places) all = all + one.read();
  return all;
}

std::optional<std::string> crew::told(message what) const {
  const auto& box = board_->messages[static_cast<unsigned>(what)];
  if (!box.complete.load()) return std::nullopt;
  return bytes_of(box.file);
}

std::optional<std::string> crew::casualty() {
  for (place& one : board_->places) {
    const pid_t process = one.process.load();
    int status = 0;
    if (process <= 0 || waitpid(process, &status, WNOHANG) != process) continue;
    one.process.store(nobody);
    if (status != 0) {
      return fmt::format(
          "one of the processes that search (--jobs) {}; what it had still to "
          "explore was not seen",
          words_for_end(status));
    }
  }
  return std::nullopt;
}

void crew::dismiss() {
  board_->over.store(true);
  // Who is about to be made sees that it is over, and ends by itself.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  while (others_search() && std::chrono::steady_clock::now() < patience) {
    for (place& one : board_->places) {
      const pid_t process = one.process.load();
      if (process > 0) kill(process, SIGKILL);
    }
    casualty();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace heddle
