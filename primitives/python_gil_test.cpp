// CPython's own lock, with real threads and an embedded interpreter. What may hang runs in a child
// process under a watchdog: a pipe on which the parent waits for a limited time.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <heddle/deferred_operations.hpp>
#include <heddle/gil_protected.hpp>
#include <heddle/lock_attached.hpp>
#include <heddle/python_gil.hpp>  // first: Python.h asks for it
#include <mutex>
#include <semaphore>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

namespace python = heddle::python;
using heddle::detached;

static_assert(heddle::attached_token<python::attached>);

// An interpreter for the life of the object; the thread that makes it is detached in between.
class interpreter {
 public:
  interpreter() {
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    PyConfig_SetBytesString(&config, &config.program_name, "/usr/bin/python3");
    Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    mine_ = PyEval_SaveThread();
  }
  ~interpreter() {
    PyEval_RestoreThread(mine_);
    Py_FinalizeEx();
  }

 private:
  PyThreadState* mine_;
};

// What a child process says within a time: '.' if it says nothing and goes on, '!' if it ends
// without a word.
char outcome_of(void (*child)(int pipe), int limit_ms) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t process = fork();
  if (process == 0) {
    close(ends[0]);
    child(ends[1]);
    _exit(0);
  }
  close(ends[1]);
  pollfd watched{ends[0], POLLIN, 0};
  char said = '.';
  if (poll(&watched, 1, limit_ms) > 0 && read(ends[0], &said, 1) != 1) said = '!';
  close(ends[0]);
  kill(process, SIGKILL);
  waitpid(process, nullptr, 0);
  return said;
}

void say(int pipe, char word) {
  if (write(pipe, &word, 1) != 1) _exit(1);
}

// A cell is filled by a function that gives the lock up until the second thread is attached and on
// its way to the cell, as any import or attribute access may.
template <class Use>
void two_threads_use_a_cell(int pipe, Use use) {
  interpreter python;
  std::once_flag cell;
  std::binary_semaphore filling{0};
  std::binary_semaphore second_is_attached{0};
  const auto fill = [&](python::attached token) {
    detached(token, [&] {
      filling.release();
      second_is_attached.acquire();
    });
  };
  std::thread first([&] {
    python::attach_guard guard;
    use(guard.token(), cell, fill);
  });
  std::thread second([&] {
    filling.acquire();
    python::attach_guard guard;
    second_is_attached.release();
    use(guard.token(), cell, fill);
  });
  first.join();
  second.join();
  say(pipe, 'd');
}

void cell_is_waited_for_attached(int pipe) {
  two_threads_use_a_cell(pipe, [](python::attached token, std::once_flag& cell, auto fill) {
    std::call_once(cell, [&] { fill(token); });
  });
}

void cell_is_waited_for_detached(int pipe) {
  two_threads_use_a_cell(pipe, [](python::attached token, std::once_flag& cell, auto fill) {
    python::detach_guard away(token);
    std::call_once(cell, [&] {
      python::attach_guard back;
      fill(back.token());
    });
  });
}

TEST(python_gil, blocking_cell_deadlocks_under_the_lock) {
  EXPECT_EQ(outcome_of(cell_is_waited_for_attached, 2000), '.');
}

TEST(python_gil, detaching_before_the_wait_cures_it) {
  EXPECT_EQ(outcome_of(cell_is_waited_for_detached, 60000), 'd');
}

// The same with a mutex whose owner detaches.
template <class Lock>
void owner_detaches(int pipe, Lock lock) {
  interpreter python;
  std::mutex mutex;
  std::binary_semaphore owned{0};
  std::binary_semaphore second_is_attached{0};
  std::thread first([&] {
    python::attach_guard guard;
    const auto held = lock(guard.token(), mutex);
    detached(guard.token(), [&] {
      owned.release();
      second_is_attached.acquire();
    });
  });
  std::thread second([&] {
    owned.acquire();
    python::attach_guard guard;
    second_is_attached.release();
    const auto held = lock(guard.token(), mutex);
  });
  first.join();
  second.join();
  say(pipe, 'd');
}

void mutex_is_waited_for_attached(int pipe) {
  owner_detaches(pipe, [](python::attached, std::mutex& mutex) { return std::unique_lock(mutex); });
}

void mutex_is_waited_for_detached(int pipe) {
  owner_detaches(pipe, [](python::attached token, std::mutex& mutex) {
    return heddle::lock_attached(token, mutex);
  });
}

TEST(python_gil, mutex_of_a_detached_owner_deadlocks_under_the_lock) {
  EXPECT_EQ(outcome_of(mutex_is_waited_for_attached, 2000), '.');
}

TEST(python_gil, lock_attached_cures_it) {
  EXPECT_EQ(outcome_of(mutex_is_waited_for_detached, 60000), 'd');
}

// A thread attaches again while the interpreter goes down: it must not be unwound (GIL-8).
int finalising_pipe;
std::binary_semaphore* reattach;

void tell_of_finalisation(PyObject*) {
  reattach->release();
  say(finalising_pipe, 'f');
}

void attaches_during_the_finalisation(int pipe) {
  finalising_pipe = pipe;
  std::binary_semaphore away{0};
  std::binary_semaphore back{0};
  reattach = &back;
  struct tells_its_end {
    ~tells_its_end() { say(finalising_pipe, 'u'); }
  };
  {
    interpreter python;
    std::thread([&] {
      python::attach_guard guard;
      tells_its_end unwound;
      detached(guard.token(), [&] {
        away.release();
        back.acquire();
      });
    }).detach();
    away.acquire();
    python::attach_guard guard;
    // Destroyed with the interpreter's modules, when it is past the point of no return.
    static int anything;
    PyObject* capsule = PyCapsule_New(&anything, nullptr, tell_of_finalisation);
    PyModule_AddObject(PyImport_AddModule("__main__"), "told", capsule);
  }
  for (;;) pause();
}

TEST(python_gil, reattaching_during_the_finalisation_sleeps) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t process = fork();
  if (process == 0) attaches_during_the_finalisation(ends[1]);
  close(ends[1]);
  pollfd watched{ends[0], POLLIN, 0};
  char said = 0;
  ASSERT_EQ(poll(&watched, 1, 60000), 1);
  ASSERT_EQ(read(ends[0], &said, 1), 1);
  EXPECT_EQ(said, 'f');
  EXPECT_EQ(poll(&watched, 1, 1000), 0) << "the thread was unwound, or the process has crashed";
  kill(process, SIGKILL);
  waitpid(process, nullptr, 0);
  close(ends[0]);
}

void guards_restore(int pipe) {
  if (python::try_attach().error() != python::attach_errc::not_initialised) return;
  interpreter python;
  if (python::attached::is_current()) return;
  heddle::gil_protected<int, python::attached> count(0);
  heddle::deferred_operations late;
  const auto work = [&] {
    for (int round = 0; round < 1000; ++round) {
      const auto outer = python::try_attach();
      const python::attach_guard inner;
      ++count.get(inner.token());
      try {
        detached(inner.token(), [&] {
          if (python::attached::is_current()) _exit(1);
          late.post([&]() noexcept { ++count.get(python::attached::assume()); });
          throw std::runtime_error("out");
        });
      } catch (const std::runtime_error&) {
      }
      if (!python::attached::is_current()) _exit(1);
      late.drain(inner.token());
    }
  };
  std::vector<std::thread> threads;
  for (int each = 0; each < 4; ++each) threads.emplace_back(work);
  for (auto& each : threads) each.join();
  python::attach_guard guard;
  late.drain(guard.token());
  say(pipe, count.get(guard.token()) == 8000 ? 'd' : 'x');
}

TEST(python_gil, guards_nest_restore_and_exclude) {
  EXPECT_EQ(outcome_of(guards_restore, 60000), 'd');
}

void token_kept_while_detached(int pipe) {
  interpreter python;
  python::attach_guard guard;
  const auto token = guard.token();
  heddle::gil_protected<int, python::attached> count(0);
  if (freopen("/dev/null", "w", stderr) == nullptr) return;
  detached(token, [&] { ++count.get(token); });
  say(pipe, 'd');
}

TEST(python_gil, token_kept_while_detached_is_diagnosed) {
  EXPECT_EQ(outcome_of(token_kept_while_detached, 60000), heddle::detail::diagnosing ? '!' : 'd');
}

}  // namespace
