#include "model/report/sample_results.hpp"

#include <string>
#include <utility>

namespace heddle::report::samples {
namespace {

const std::string root = "/home/user/loom/";

// Return addresses: 1000·file + line. A stack is the machinery, then the user's frames.
constexpr std::uintptr_t in_atomic = 1, in_runtime = 2, in_libc = 3;
constexpr std::uintptr_t message = 1000, race = 2000, locks = 3000, many = 4000;
constexpr std::uintptr_t ready_address = 0x404010, data_address = 0x404020;

void add_file(table_symbolizer& table, std::uintptr_t base, const std::string& file,
              const std::string& function) {
  for (unsigned line = 1; line < 100; ++line)
    table.add(base + line,
              {{function, root + file, line, "/home/user/loom/build/test", 0x1000 + line, false}});
}

table_symbolizer make_names() {
  table_symbolizer table;
  table.add(in_atomic,
            {{"std::atomic<bool>::load(std::memory_order) const", "/usr/include/c++/12/atomic", 112,
              "/home/user/loom/build/test", 16, true}});
  table.add(in_runtime, {{"pthread_mutex_lock", "", 0, "/home/user/loom/build/test", 32, false}});
  table.add(in_libc,
            {{"__libc_start_main", "", 0, "/usr/lib/x86_64-linux-gnu/libc.so.6", 64, false}});
  add_file(table, message, "tests/message.cpp", "heddle_check_message_passing()");
  add_file(table, race, "src/counters/sharded_counter.hpp", "sharded_counter::add(int)");
  add_file(table, locks, "tests/locks.cpp", "heddle_check_two_locks()::{lambda()#1}::operator()()");
  add_file(table, many, "tests/many.cpp", "worker(int)");
  table.add_object(ready_address, "ready");
  table.add_object(data_address, "data");
  return table;
}

trace_event event(thread_id thread, std::uint32_t index, std::string operation, std::string object,
                  std::string value, std::string order, std::uintptr_t at) {
  trace_event result;
  result.thread = thread;
  result.index = index;
  result.operation = std::move(operation);
  result.object = std::move(object);
  result.value = std::move(value);
  result.order = std::move(order);
  result.stack = {at, in_libc};
  return result;
}

trace_event reads(trace_event e, thread_id thread, std::uint32_t index, bool stale = false) {
  e.reads = true;
  e.reads_from_thread = thread;
  e.reads_from_index = index;
  e.stale = stale;
  return e;
}

trace_event reads_initial(trace_event e, bool stale = false) {
  e.reads = e.reads_initial = true;
  e.stale = stale;
  return e;
}

trace_event writes(trace_event e, std::uint32_t position) {
  e.writes = true;
  e.coherence_position = position;
  return e;
}

trace_event leaves(trace_event e, std::string why) {
  e.leaves = std::move(why);
  return e;
}

trace_event at(trace_event e, std::uintptr_t address) {
  e.address = address;
  e.object.clear();
  e.stack.insert(e.stack.begin(), in_atomic);
  return e;
}

check_result base(std::string name, verdict v, std::uint64_t executions, double seconds) {
  check_result result;
  result.name = std::move(name);
  result.verdict = v;
  result.memory_model = "cpp20";
  result.mode = "exhaustive";
  result.executions = executions;
  result.seconds = seconds;
  result.max_events = 7;
  result.threads = 2;
  result.seed = 1;
  return result;
}

}  // namespace

table_symbolizer& names() {
  static table_symbolizer table = make_names();
  return table;
}

setting around() {
  setting result;
  result.names = &names();
  result.directory = "/home/user/loom";
  result.replay_command = [](const check_result& r) {
    return "./build/loom_test --filter " + r.name + " --replay " + r.failure->replay;
  };
  return result;
}

check_result verified() { return base("once_cell_cured", verdict::verified, 1234567, 2.5); }

check_result bounded() {
  check_result result = base("long_queue", verdict::bounded, 90210, 30);
  result.blocked = 12;
  result.memory_model = "rc11";
  result.reason = "the limit of 30 seconds was reached";
  return result;
}

check_result error() {
  check_result result = base("reads_the_clock", verdict::error, 1, 0);
  result.reason = "the program called select(), which heddle cannot model";
  result.reason_stack = {in_runtime, message + 40};
  return result;
}

check_result message_passing() {
  check_result result = base("message_passing", verdict::failed, 5, 0.002);
  result.failures = 1;
  failing_execution f;
  f.what = {failure_kind::assertion, "data == 42", 0, {message + 21, in_libc}, {}};
  f.execution = 5;
  f.threads = {{0, "main", {}, "finished"}, {1, "T1", {message + 12}, "finished"}};
  f.trace = {
      leaves(event(0, 0, "create", "T1", "", "", message + 12), "T1 is to write `ready` first"),
      writes(at(event(1, 0, "store", "", "42", "relaxed", message + 14), data_address), 1),
      leaves(writes(at(event(1, 1, "store", "", "1", "relaxed", message + 15), ready_address), 1),
             "it has finished"),
      reads_initial(at(event(0, 1, "load", "", "0", "acquire", message + 18), ready_address), true),
      reads_initial(at(event(0, 2, "load", "", "0", "acquire", message + 18), ready_address), true),
      reads_initial(at(event(0, 3, "load", "", "0", "acquire", message + 18), ready_address), true),
      reads(at(event(0, 4, "load", "", "1", "acquire", message + 18), ready_address), 1, 1),
      reads_initial(at(event(0, 5, "load", "", "0", "relaxed", message + 20), data_address), true),
  };
  f.needs_weak_memory = weak_memory_need::yes;
  f.replay = "h1-k3Yq0aZ";
  result.failure = f;
  return result;
}

check_result data_race() {
  check_result result = base("sharded_counter", verdict::failed, 3, 0.001);
  result.failures = 2;
  failing_execution f;
  f.what = {failure_kind::data_race,
            "T1 writes 8 bytes of `total` while T2 reads them",
            2,
            {race + 31, many + 8},
            {{"T1 writes 8 bytes here", 1, {race + 27, many + 8}},
             {"T2 reads 8 bytes here", 2, {race + 31, many + 8}},
             {"nothing orders the two: T2's load of `epoch` is relaxed", 2, {race + 30}}}};
  f.execution = 1203;
  f.threads = {{0, "main", {}, "waits for T1 to finish"},
               {1, "T1", {many + 5}, "running"},
               {2, "T2", {many + 6}, "running"}};
  f.trace = {
      event(0, 0, "create", "T1", "", "", many + 5),
      leaves(event(0, 1, "create", "T2", "", "", many + 6), "join waits for T1"),
      leaves(
          writes(event(1, 0, "fetch_add", "block 0x300000000040+8", "0 -> 1", "release", race + 28),
                 1),
          "it is to race with T2"),
      reads(event(2, 0, "load", "block 0x300000000040+8", "1", "relaxed", race + 30), 1, 0),
  };
  f.trace[2].reads = f.trace[2].reads_initial = true;
  f.needs_weak_memory = weak_memory_need::no;
  f.replay = "h1-77aB";
  f.output = "adding 1\nadding\t2 \x1b[31m<red>\n";
  result.failure = f;
  return result;
}

check_result deadlock() {
  check_result result = base("two_locks", verdict::failed, 4, 0.004);
  result.blocked = 1;
  result.failures = 1;
  failing_execution f;
  f.what = {failure_kind::deadlock,
            "main and T1 wait for each other",
            no_thread,
            {},
            {{"main holds mutex a, taken here", 0, {in_runtime, locks + 10}},
             {"main waits for mutex b, held by T1", 0, {in_runtime, locks + 11}},
             {"T1 holds mutex b, taken here", 1, {in_runtime, locks + 20}},
             {"T1 waits for mutex a, held by main", 1, {in_runtime, locks + 21}}}};
  f.execution = 4;
  f.threads = {{0, "main", {}, "waits for mutex b, held by T1"},
               {1, "T1", {locks + 7}, "waits for mutex a, held by main"}};
  f.trace = {
      event(0, 0, "create", "T1", "", "", locks + 7),
      leaves(event(0, 1, "lock", "mutex a", "", "", locks + 10),
             "lock of mutex b waits: T1 takes it first"),
      leaves(event(1, 0, "lock", "mutex b", "", "", locks + 20),
             "lock of mutex a waits: main holds it"),
  };
  f.replay = "h1-dead";
  result.failure = f;
  return result;
}

check_result six_threads() {
  check_result result = base("six_threads", verdict::failed, 720, 0.012);
  result.threads = 6;
  failing_execution f;
  f.what = {failure_kind::property, "tickets are given in order", 3, {many + 50}, {}};
  f.execution = 720;
  f.trace = {event(0, 0, "create", "T1 … T5", "", "", many + 40)};
  for (thread_id t = 1; t < 6; ++t) {
    trace_event taken =
        writes(event(t, 0, "fetch_add", "next_ticket",
                     std::to_string(t - 1) + " -> " + std::to_string(t), "seq_cst", many + 44),
               t);
    f.trace.push_back(t == 1 ? reads_initial(taken)
                             : reads(taken, static_cast<thread_id>(t - 1), 0));
  }
  f.replay = "h1-six";
  result.failure = f;
  return result;
}

std::vector<check_result> all() {
  return {verified(),  bounded(),  error(),      message_passing(),
          data_race(), deadlock(), six_threads()};
}

}  // namespace heddle::report::samples
