#include "stress/runner/supervisor.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <system_error>
#include <thread>

#include "stress/runner/finding.hpp"
#include "stress/runner/points.hpp"
#include "stress/runner/worker_threads.hpp"

extern "C" [[gnu::weak]] int __lsan_do_recoverable_leak_check();

namespace heddle::stress {

[[noreturn]] void tell_termination();

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t report_kept = 16 * 1024;
constexpr double clock_factor = 3;  // who waits for time is given so much more of it
constexpr double starved_factor = 12;
constexpr unsigned looks_min = 10;  // at threads that do nothing, before it is called a hang

double seconds_since(clock::time_point start) {
  return std::chrono::duration<double>(clock::now() - start).count();
}

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

class supervisor {
 public:
  supervisor(const std::function<void()>& body, const budget& allowed)
      : body_(body), allowed_(allowed), start_(clock::now()) {
    void* const memory = mmap(nullptr, sizeof(shared_page), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw_errno("mmap");
    page = new (memory) shared_page{};
    errors_ = memfd_create("errors", 0);
    if (errors_ < 0) throw_errno("memfd_create");
  }
  ~supervisor() {
    munmap(page, sizeof(shared_page));
    page = nullptr;
    close(errors_);
  }
  supervisor(const supervisor&) = delete;
  supervisor& operator=(const supervisor&) = delete;

  finding run() {
    finding result;
    while (result.verdict == "passed" && rounds() < allowed_.rounds &&
           seconds_since(start_) < allowed_.seconds) {
      result = one_worker();
    }
    result.rounds = rounds();
    result.seed = page->seed.load();
    result.seconds = seconds_since(start_);
    return result;
  }

 private:
  static std::uint64_t rounds() { return page->rounds.load(); }

  finding one_worker() {
    std::fflush(nullptr);
    const pid_t worker = fork();
    if (worker < 0) throw_errno("fork");
    if (worker == 0) work();
    return watch(worker);
  }

  [[noreturn]] void work() {
    dup2(errors_, STDERR_FILENO);
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    const rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    std::set_terminate(tell_termination);
    note_other_threads();
    const std::uint64_t last = allowed_.repeat ? allowed_.rounds : rounds() + 1;
    do {
      const std::uint64_t seed = allowed_.seed * 1'000'003 + rounds();
      page->seed.store(seed);
      begin_round(seed);
      body_();
      page->rounds.fetch_add(1);
    } while (rounds() < last && seconds_since(start_) < allowed_.seconds);
    if (__lsan_do_recoverable_leak_check != nullptr && __lsan_do_recoverable_leak_check() != 0) {
      tell("memory", "memory is leaked", nullptr);
    }
    _exit(0);
  }

  static void note_other_threads() {
    std::thread([] {}).join();  // ThreadSanitizer makes its own with the first one of the program
    std::vector<pid_t> threads = threads_of(getpid());
    std::erase(threads, getpid());
    threads.resize(std::size(page->other_threads));
    std::copy(threads.begin(), threads.end(), page->other_threads);
  }

  /// Until the worker has ended, or hangs.
  finding watch(pid_t worker) {
    std::uint64_t seen = rounds();
    quiet_period quiet;
    for (unsigned nap_us = 100;; nap_us = std::min(nap_us * 2, 50'000U)) {
      int status = 0;
      const pid_t ended = waitpid(worker, &status, WNOHANG);
      if (ended < 0 && errno != EINTR) throw_errno("waitpid");
      if (ended == worker) return judge(status);
      if (rounds() != seen) {
        seen = rounds();
        quiet = {clock::now(), processor_seconds(worker), page->held_up.load(), 0, UINT_MAX};
      } else if (seconds_since(quiet.start) > allowed_.hang_seconds / 2) {
        finding hang = look_at(worker, quiet);
        if (hang.verdict != "passed") return hang;
      }
      const timespec nap = {0, static_cast<long>(nap_us) * 1000};
      nanosleep(&nap, nullptr);
    }
  }

  struct quiet_period {
    clock::time_point start = clock::now();
    double processor_before = 0;
    std::uint64_t held_up_before = 0;
    unsigned idle_looks = 0;
    unsigned always_timed =
        UINT_MAX;  // threads that wait for the clock, in the look that saw least
  };

  /// "passed": not yet. Threads that run are given the time that they need to be called busy, since
  /// on a machine with other work they may not get it: the sanitizer may be writing a report.
  finding look_at(pid_t worker, quiet_period& quiet) {
    const thread_activity now =
        activity_of(worker, {std::begin(page->other_threads), std::end(page->other_threads)});
    const double patience = allowed_.hang_seconds;
    const double waited = seconds_since(quiet.start);
    quiet.idle_looks = now.running + now.waiting_for_time == 0 ? quiet.idle_looks + 1 : 0;
    quiet.always_timed = std::min(quiet.always_timed, now.waiting_for_time);
    // Who loops may be asleep at a point whenever it is looked at.
    const bool got_on = page->held_up.load() > quiet.held_up_before + looks_min;
    const bool busy = quiet.always_timed == 0 &&
                      (got_on || processor_seconds(worker) - quiet.processor_before > patience);
    char text[160];
    finding result;
    if (waited > patience && quiet.idle_looks >= looks_min) {
      result.verdict = "hang";
      result.kind = "deadlock";
      std::snprintf(text, sizeof text, "no round ends: all %u threads wait", now.waiting);
    } else if (waited > patience * (got_on ? clock_factor : 1) && busy) {
      result.verdict = "hang";
      result.kind = "livelock";
      std::snprintf(text, sizeof text, "no round ends, and the threads are busy");
    } else if (waited > patience * clock_factor && quiet.always_timed != 0) {
      result.verdict = "clock";
      std::snprintf(text, sizeof text, "%u threads wait for the clock: real time is not skipped",
                    quiet.always_timed);
    } else if (waited > patience * starved_factor) {
      result.verdict = "error";
      std::snprintf(text, sizeof text, "no round ends in %.0f s, and no thread gets far", waited);
    } else {
      return result;
    }
    kill(worker, SIGKILL);
    waitpid(worker, nullptr, 0);
    result.message = text;
    result.report = errors();
    return result;
  }

  finding judge(int status) {
    finding result;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return result;
    const std::string report = errors();
    result = read_report(report);
    if (result.verdict.empty() || page->told.load() == 2) {
      if (page->told.load() == 2) {
        result.kind = page->kind;
        result.message = page->message;
        result.verdict =
            result.kind == "assertion" || result.kind == "misuse" || result.kind == "memory"
                ? result.kind
                : "crash";
      } else if (WIFSIGNALED(status)) {
        result.verdict = WTERMSIG(status) == SIGKILL ? "error" : "crash";
        result.kind = WTERMSIG(status) == SIGABRT ? "abort" : "memory";
        result.message = std::string("signal: ") + strsignal(WTERMSIG(status));
      } else {
        result.verdict = "crash";
        result.kind = "exit";
        result.message = "it called exit with status " + std::to_string(WEXITSTATUS(status));
      }
    }
    result.report = report;
    return result;
  }

  /// The end of what workers wrote to standard error.
  std::string errors() const {
    const off_t size = lseek(errors_, 0, SEEK_END);
    const auto kept = std::min<off_t>(size, report_kept);
    std::string text(static_cast<std::size_t>(kept), '\0');
    const ssize_t got = pread(errors_, text.data(), text.size(), size - kept);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }

  const std::function<void()>& body_;
  const budget& allowed_;
  clock::time_point start_;
  int errors_ = -1;
};

}  // namespace

finding supervise(const std::function<void()>& body, const budget& allowed) {
  return supervisor(body, allowed).run();
}

}  // namespace heddle::stress
