#include "model/testing/oracle.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "model/testing/oracle_values.hpp"

namespace heddle::testing {
namespace {

enum class thread_status : std::uint8_t { pending, done, waiting, stopped, failed };

/// What a value-returning event got.
struct reference {
  bool is_option = false;
  std::uint32_t option = 0;
  std::uint8_t event = axiom_event::initial_value;
};

struct thread_state {
  std::uint32_t at = 0;  // instruction
  thread_status status = thread_status::pending;
  operation op;              // the pending one
  std::uint32_t events = 0;  // reads, writes, fences, choices so far
  std::uint32_t references = 0;
  std::uint32_t last_step = 0;  // when it made its latest event; 0: never
};

struct event_record {
  std::uint64_t value = 0;
  event_name name;
  std::uint32_t step = 0;
};

class enumerator {
 public:
  enumerator(const litmus_code& code, axiom_model model, const oracle_options& options)
      : code_(code),
        model_(model),
        options_(options),
        threads_(code.threads.size()),
        registers_(code.threads.size()),
        references_(code.threads.size()) {
    graph_.coherence.resize(code.locations.size());
    graph_.joining_thread = static_cast<std::uint8_t>(code.workers());
    for (std::size_t t = 0; t < threads_.size(); ++t) {
      registers_[t] = code.threads[t].initial_registers;
      run_to_stop(t);
    }
  }

  oracle_outcome run() {
    visit();
    return std::move(outcome_);
  }

 private:
  // --- threads

  void run_to_stop(std::size_t t) {
    const thread_code& code = code_.threads[t];
    thread_state& thread = threads_[t];
    thread.at = advance(code, thread.at, registers_[t].data());
    const instruction& stop = code.instructions[thread.at];
    thread.status = stop.code == opcode::access  ? thread_status::pending
                    : stop.code == opcode::block ? thread_status::stopped
                    : stop.code == opcode::fail  ? thread_status::failed
                                                 : thread_status::done;
    if (stop.code == opcode::access) {
      thread.op = resolve(code.sites[stop.destination], registers_[t].data());
    }
  }

  void answer(std::size_t t, std::uint64_t result) {
    const thread_code& code = code_.threads[t];
    thread_state& thread = threads_[t];
    const access_site& site = code.sites[code.instructions[thread.at].destination];
    deliver(site, thread.op, value{result, 0}, registers_[t].data());
    ++thread.at;
    run_to_stop(t);
  }

  bool workers_done() const {
    return std::all_of(threads_.begin(), threads_.end() - 1,
                       [](const thread_state& t) { return t.status == thread_status::done; });
  }

  // --- the graph

  std::uint8_t add(std::size_t t, axiom_event event, std::uint64_t value) {
    if (graph_.size == max_events) throw std::length_error("oracle: too many events");
    event.thread = static_cast<std::uint8_t>(t);
    graph_.events[graph_.size] = event;
    records_[graph_.size] = {value, {static_cast<std::uint32_t>(t), threads_[t].events++}, step_};
    return static_cast<std::uint8_t>(graph_.size++);
  }

  std::uint64_t value_of(std::uint8_t write, location_id location) const {
    return write == axiom_event::initial_value
               ? static_cast<std::uint64_t>(code_.locations[location].initial)
               : records_[write].value;
  }

  void refer(std::size_t t, reference r) {
    references_[t].resize(threads_[t].references++);
    references_[t].push_back(r);
  }

  bool is_consistent() {
    if (++outcome_.candidates > options_.max_candidates) outcome_.gave_up = true;
    return !outcome_.gave_up && consistent(model_, graph_);
  }

  // --- one step of one thread

  /// Does `change` to the state as a step of thread t, then undoes it.
  template <typename Change>
  void as_step(std::size_t t, Change change) {
    const thread_state before = threads_[t];
    const std::size_t size = graph_.size;
    const std::size_t saved = saved_registers_.size();
    saved_registers_.insert(saved_registers_.end(), registers_[t].begin(), registers_[t].end());
    threads_[t].last_step = ++step_;
    change();
    --step_;
    std::copy(saved_registers_.begin() + static_cast<std::ptrdiff_t>(saved), saved_registers_.end(),
              registers_[t].begin());
    saved_registers_.resize(saved);
    graph_.size = size;
    threads_[t] = before;
  }

  void extend(std::size_t t, std::uint32_t oldest_source_step) {
    const operation op = threads_[t].op;
    switch (op.kind) {
      case operation_kind::choose:
        for (std::uint32_t option = 0; option < op.operand.low; ++option) {
          as_step(t, [&] {
            ++threads_[t].events;
            refer(t, {true, option, 0});
            answer(t, option);
            visit();
          });
        }
        return;
      case operation_kind::fence:
        as_step(t, [&] {
          axiom_event fence;
          fence.order = op.order;
          add(t, fence, 0);
          answer(t, 0);
          if (is_consistent()) visit();
        });
        return;
      case operation_kind::store:
        return extend_by_write(t, op);
      default:
        return extend_by_read(t, op, oldest_source_step);
    }
  }

  void extend_by_write(std::size_t t, const operation& op) {
    std::vector<std::uint8_t>& order = graph_.coherence[op.location];
    for (std::size_t place = 0; place <= order.size(); ++place) {
      as_step(t, [&] {
        axiom_event write{
            axiom_event_kind::write,   op.order, false, 0, static_cast<std::uint8_t>(op.location),
            axiom_event::initial_value};
        const std::uint8_t event = add(t, write, op.operand.low);
        const auto position = order.begin() + static_cast<std::ptrdiff_t>(place);
        order.insert(position, event);
        if (is_consistent()) {
          answer(t, 0);
          visit();
        }
        order.erase(order.begin() + static_cast<std::ptrdiff_t>(place));
      });
    }
  }

  void extend_by_read(std::size_t t, const operation& op, std::uint32_t oldest_source_step) {
    const std::size_t writes = graph_.coherence[op.location].size();
    for (std::size_t place = 0; place <= writes; ++place) {
      const std::uint8_t source =
          place == 0 ? axiom_event::initial_value : graph_.coherence[op.location][place - 1];
      const std::uint32_t step = place == 0 ? 0 : records_[source].step;
      if (step < oldest_source_step) continue;
      as_step(t, [&] { read_from(t, op, source, place); });
    }
  }

  /// `place`: where a write that directly follows `source` stands in the coherence order.
  void read_from(std::size_t t, const operation& op, std::uint8_t source, std::size_t place) {
    const std::uint64_t read_value = value_of(source, op.location);
    const bool exchange = op.kind == operation_kind::compare_exchange;
    const bool writes =
        op.kind == operation_kind::read_modify_write || (exchange && read_value == op.expected.low);
    memory_order order = op.order;
    if (op.kind != operation_kind::load) order = order_of_read(op.order);
    if (exchange && !writes) order = order_of_read(op.failure_order);
    const auto location = static_cast<std::uint8_t>(op.location);
    add(t, {axiom_event_kind::read, order, writes, 0, location, source}, read_value);
    refer(t, {false, 0, source});
    std::vector<std::uint8_t>& coherence = graph_.coherence[op.location];
    if (writes) {
      const std::uint64_t written =
          exchange ? op.operand.low : modified(op.modify, read_value, op.operand.low);
      const std::uint8_t event = add(t,
                                     {axiom_event_kind::write, order_of_write(op.order), true, 0,
                                      location, axiom_event::initial_value},
                                     written);
      coherence.insert(coherence.begin() + static_cast<std::ptrdiff_t>(place), event);
    }
    if (is_consistent()) {
      if (lets_go_on(op.wait, read_value, op.wait_operand)) {
        answer(t, read_value);
      } else {
        threads_[t].status = thread_status::waiting;
      }
      visit();
    }
    if (writes) coherence.erase(coherence.begin() + static_cast<std::ptrdiff_t>(place));
  }

  // --- all steps

  void visit() {
    if (options_.order == enumeration::every_order && !seen_.insert(key(false, true)).second)
      return;
    bool any = false;
    for (std::size_t t = 0; t < threads_.size() && !outcome_.gave_up; ++t) {
      if (threads_[t].status != thread_status::pending) continue;
      if (t == code_.workers() && !workers_done()) continue;
      any = true;
      if (options_.order == enumeration::every_order) {
        extend(t, 0);
      } else if (!extend_in_order(t)) {
        break;
      }
    }
    if (!any) record();
  }

  /// The least order that respects po ∪ rf always takes the lowest thread whose next step has all
  /// it depends on. So since the step on which this one depends, no higher thread may have gone.
  /// False if no higher thread may go now, either.
  bool extend_in_order(std::size_t t) {
    std::uint32_t higher = 0;
    for (std::size_t u = t + 1; u < threads_.size(); ++u) {
      higher = std::max(higher, threads_[u].last_step);
    }
    const bool free = threads_[t].last_step >= higher;
    const operation_kind kind = threads_[t].op.kind;
    const bool reads = kind == operation_kind::load || kind == operation_kind::read_modify_write ||
                       kind == operation_kind::compare_exchange;
    if (free || reads) extend(t, free ? 0 : higher);
    return reads;
  }

  // --- results

  graph_key key(bool without_waiting_reads, bool partial) {
    writer_.clear();
    for (std::size_t t = 0; t < threads_.size(); ++t) {
      const thread_state& thread = threads_[t];
      const bool drop = without_waiting_reads && thread.status == thread_status::waiting;
      for (std::uint32_t i = 0; i < thread.references - (drop ? 1 : 0); ++i) {
        const reference& r = references_[t][i];
        if (r.is_option) {
          writer_.option(r.option);
        } else {
          writer_.event(r.event == axiom_event::initial_value ? event_name{}
                                                              : records_[r.event].name);
        }
      }
      if (partial) writer_.option(thread.events);
      writer_.end_group();
    }
    for (const std::vector<std::uint8_t>& order : graph_.coherence) {
      for (std::uint8_t event : order) writer_.event(records_[event].name);
      writer_.end_group();
    }
    return writer_.key();
  }

  /// Whether the last read of the thread, if any, reads the newest write.
  bool has_read_newest(std::size_t t) const {
    for (std::size_t i = graph_.size; i-- > 0;) {
      const axiom_event& e = graph_.events[i];
      if (e.thread != t || e.kind != axiom_event_kind::read) continue;
      const std::vector<std::uint8_t>& order = graph_.coherence[e.location];
      return e.reads_from == (order.empty() ? axiom_event::initial_value : order.back());
    }
    return true;
  }

  void record() {
    bool waiting = false, stopped = false, failed = false, stuck = true;
    for (std::size_t t = 0; t < threads_.size(); ++t) {
      const thread_status status = threads_[t].status;
      if (t == code_.workers() && !workers_done()) continue;  // has not begun
      waiting |= status == thread_status::waiting;
      stopped |= status == thread_status::stopped;
      failed |= status == thread_status::failed;
      const bool blocked = status == thread_status::waiting || status == thread_status::stopped;
      if (blocked && !has_read_newest(t)) stuck = false;
    }
    graph_keys& into = failed               ? outcome_.errors
                       : waiting || stopped ? outcome_.blocked
                                            : outcome_.complete;
    if (!into.insert(key(false, false)).second) ++outcome_.repeated;
    if (failed && !waiting) outcome_.unwaiting_errors.insert(key(false, false));
    if (!failed && stopped && !waiting) outcome_.unwaiting_blocked.insert(key(false, false));
    if (!failed && (waiting || stopped) && stuck) outcome_.stuck.insert(key(true, false));
    if (!failed && waiting && !stopped && stuck) outcome_.deadlocks.insert(key(true, false));
    if (!failed && !waiting && !stopped && code_.exists && satisfies_exists()) ++outcome_.exists;
  }

  bool satisfies_exists() const {
    const thread_code& predicate = *code_.exists;
    std::vector<std::int64_t> registers = predicate.initial_registers;
    for (const auto& [name, index] : predicate.names) registers[index] = final_value(name);
    advance(predicate, 0, registers.data());
    return registers[0] != 0;
  }

  /// Of a location "x", "a[0]" or a register "P0.r0"; 0 if there is no such one.
  std::int64_t final_value(const std::string& name) const {
    for (std::size_t l = 0; l < code_.locations.size(); ++l) {
      const std::vector<std::uint8_t>& order = graph_.coherence[l];
      if (code_.locations[l].name != name) continue;
      return order.empty() ? code_.locations[l].initial
                           : static_cast<std::int64_t>(records_[order.back()].value);
    }
    for (std::size_t t = 0; t < threads_.size(); ++t) {
      for (const auto& [local, index] : code_.threads[t].names) {
        if (code_.threads[t].name + "." + local == name) return registers_[t][index];
      }
    }
    return 0;
  }

  const litmus_code& code_;
  axiom_model model_;
  oracle_options options_;
  axiom_graph graph_;
  std::array<event_record, max_events> records_;  // by event
  std::vector<thread_state> threads_;
  std::vector<std::vector<std::int64_t>> registers_;
  std::vector<std::vector<reference>> references_;
  std::vector<std::int64_t> saved_registers_;
  std::uint32_t step_ = 0;
  graph_key_writer writer_;
  graph_keys seen_;
  oracle_outcome outcome_;
};

}  // namespace

oracle_outcome enumerate(const litmus_code& code, axiom_model model,
                         const oracle_options& options) {
  return enumerator(code, model, options).run();
}

}  // namespace heddle::testing
