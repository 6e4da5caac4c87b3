// The engine's memory side: atomic and plain accesses, and what is wrong with them.
#include <unwind.h>

#include <cstring>

#include "model/program/check_that.hpp"
#include "model/runtime/ended_stacks.hpp"
#include "model/runtime/engine.hpp"

namespace heddle::runtime {
namespace {

value read_native(std::uintptr_t address, std::uint8_t size) {
  value v;
  switch (size) {
    case 1:
      v.low = *reinterpret_cast<const volatile std::uint8_t*>(address);
      break;
    case 2:
      v.low = *reinterpret_cast<const volatile std::uint16_t*>(address);
      break;
    case 4:
      v.low = *reinterpret_cast<const volatile std::uint32_t*>(address);
      break;
    case 16:
      v.high = *reinterpret_cast<const volatile std::uint64_t*>(address + 8);
      [[fallthrough]];
    default:
      v.low = *reinterpret_cast<const volatile std::uint64_t*>(address);
      break;
  }
  return v;
}

void write_native(std::uintptr_t address, std::uint8_t size, value v) {
  switch (size) {
    case 1:
      *reinterpret_cast<volatile std::uint8_t*>(address) = static_cast<std::uint8_t>(v.low);
      break;
    case 2:
      *reinterpret_cast<volatile std::uint16_t*>(address) = static_cast<std::uint16_t>(v.low);
      break;
    case 4:
      *reinterpret_cast<volatile std::uint32_t*>(address) = static_cast<std::uint32_t>(v.low);
      break;
    case 16:
      *reinterpret_cast<volatile std::uint64_t*>(address + 8) = v.high;
      [[fallthrough]];
    default:
      *reinterpret_cast<volatile std::uint64_t*>(address) = v.low;
      break;
  }
}

_Unwind_Reason_Code collect(_Unwind_Context* context, void* argument) {
  auto& stack = *static_cast<call_stack*>(argument);
  stack.push_back(_Unwind_GetIP(context));
  return stack.size() < 64 ? _URC_NO_REASON : _URC_END_OF_STACK;
}

}  // namespace

call_stack engine::capture() const {
  call_stack stack;
  stack.reserve(64);
  _Unwind_Backtrace(collect, &stack);
  return stack;
}

std::uintptr_t engine::record_place() {
  places_.push_back(capture());
  return places_.size();
}

call_stack engine::stack_of_place(std::uintptr_t place) const {
  if (place == 0) return {};
  if (!recording_) return {place};
  return place <= places_.size() ? places_[place - 1] : call_stack{};
}

/// Whether the object has ended without a word, now that its memory is used as one of another kind:
/// a std::mutex has a destructor that does nothing.
bool is_gone(const object& other, object_kind kind) {
  return other.kind != kind && other.kind != object_kind::atomic && kind != object_kind::atomic &&
         other.owner == no_thread;
}

std::uint32_t engine::object_at(std::uintptr_t address, std::uint8_t size, object_kind kind,
                                value initial) {
  objects::found found = objects_.at(address, size, kind);
  while (found.index == 0 && found.clash != 0 && is_gone(objects_[found.clash], kind)) {
    end_objects(objects_[found.clash].address, 1, "reuses");
    found = objects_.at(address, size, kind);
  }
  if (found.index == 0) {
    if (found.clash == 0) cannot("uses a synchronisation object at an impossible address");
    const object& other = objects_[found.clash];
    const auto what = [](object_kind k, unsigned bytes) -> std::string {
      if (k != object_kind::atomic) return words_for(k);
      return "an atomic object of " + std::to_string(bytes) + " bytes";
    };
    cannot("uses the same memory as " + what(kind, size) + " and as " +
           what(other.kind, other.size) + "; heddle does not model overlapping atomic objects");
  }
  if (found.created) recorder_->initialise(objects_[found.index].location, initial);
  return found.index;
}

value engine::atomic(operation& op, std::uintptr_t address, const char* name, std::uintptr_t pc) {
  std::uint32_t object = objects_.recent_at(address, op.size, object_kind::atomic);
  if (object == 0) [[unlikely]] {
    if (library_spins_.is_waiter_count(address)) return {1, 0};
    // There may be no memory: that is the program's crash, not heddle's.
    guard_->arm();
    const value initial = read_native(address, op.size);
    guard_->disarm();
    object = object_at(address, op.size, object_kind::atomic, initial);
  }
  op.location = objects_[object].location;
  const bool loads = op.kind == operation_kind::load;
  if (op.kind != operation_kind::store &&
      !spins_.arrives_first(running_, pc, address, view_.clock)) {
    if (loads && library_spins_.in_use() && repeats_in_library(address, pc)) {
      return self().last_loaded;
    }
    check_repetition(address, pc);
  }
  const step s = perform_here(op, name, address);
  if (loads && library_spins_.in_use()) self().loaded(address, pc, view_.clock - 1, s.result);
  const bool wrote = op.kind == operation_kind::store ||
                     op.kind == operation_kind::read_modify_write ||
                     (op.kind == operation_kind::compare_exchange && s.result == op.expected);
  check_atomic(object, op.size, wrote, pc);
  if (wrote) {
    const value v = op.kind == operation_kind::read_modify_write
                        ? apply(op.modify, s.result, op.operand, op.size)
                        : op.operand;
    // What it has read it may write back unnoticed; another value somebody may see.
    if (op.kind == operation_kind::store || !(v == s.result)) spins_.effect(running_);
    if (s.latest) {
      statics_.about_to_write(address, op.size);
      write_native(address, op.size, v);
    }
  }
  return s.result;
}

void engine::check_order(std::uint32_t object, std::size_t size, bool write, std::uintptr_t pc) {
  if (!races_.atomic(objects_[object].address, size, write, view_, place(pc))) report_conflict();
  // Of a 16-byte atomic, which lies in two granules, a plain access may only find the other half.
  if (running_ >= 64 || size > granule_bytes) return;
  objects_[object].reads_in_order |= std::uint64_t{1} << running_;
  if (write) objects_[object].writes_in_order |= std::uint64_t{1} << running_;
}

/// A load that the thread has just made, in the same loop of the standard library
/// that only reads some times more before it waits: it sees the same again. What it could see else
/// the first load could see, too.
bool engine::repeats_in_library(std::uintptr_t address, std::uintptr_t pc) {
  const model_thread& me = self();
  if (me.last_load_index + 1 != view_.clock || me.last_load_address != address) return false;
  // Optimised, the loop may be two, or unrolled.
  const bool same_loop = me.last_load_pc == pc || library_spins_.is_spin(me.last_load_pc);
  return same_loop && library_spins_.is_one(capture());
}

void engine::check_repetition(std::uintptr_t address, std::uintptr_t pc) {
  const auto first = spins_.arrives(running_, pc, address, view_.clock, fibers_.stack(running_));
  if (!first) return;
  if (recorder_->spin(running_, *first, true).status == step_status::done) return;
  self().waits = "spin";
  self().waits_at = place(pc);
  switch_away();
  self().waits = nullptr;
}

void engine::plain(std::uintptr_t address, std::size_t size, bool write, std::uintptr_t pc) {
  if (size == 0) return;
  if (recording_) [[unlikely]] {
    visit v;
    pc = place(pc);
  }
  if (stacks_gone.contains(address)) [[unlikely]]
    check_stack(address, size, write);
  std::uint32_t object = 0;
  const bool fine =
      size <= 8 ? races_.plain(address, static_cast<std::uint32_t>(size), write, view_, pc, object)
                : races_.range(address, size, write, view_, pc, object);
  if (!fine || object != 0) [[unlikely]] {
    visit v;
    if (!fine) report_conflict();
    if (object != 0) check_objects(address, size, write);
  }
  if (write) wrote(address, size);
}

void engine::save(std::uintptr_t address, std::size_t size) {
  visit v;
  statics_.about_to_write(address, size);
}

/// A plain access meets atomic ones: those are the graph's to know.
void engine::check_objects(std::uintptr_t address, std::size_t size, bool write) {
  if (write) {
    end_objects(address, size, "overwrites");
  } else {
    objects_.visit(address, size, [this](object& o) {
      o.writes_in_order = o.reads_in_order = 0;
      check_object(o, false, "reads");
    });
  }
}

void engine::end_objects(std::uintptr_t address, std::size_t size, const char* how) {
  objects_.visit(address, size, [&](object& o) {
    check_object(o, true, how);
    if (o.kind == object_kind::mutex && o.owner != no_thread) {
      fail(failure_kind::misuse,
           thread_name(running_) + " " + how + " a mutex that " + thread_name(o.owner) + " holds",
           {{"the mutex was locked here", o.owner, stack_of_place(o.place)}});
    }
    o.alive = false;
  });
}

void engine::check_object(const object& o, bool write, const char* does) {
  if (!options_.races) return;
  const auto other = recorder_->unordered_before(running_, o.location, !write);
  if (other.thread == no_thread) return;
  const char* const what = words_for(o.kind);
  const recorded_event event = recording_ ? recorded(other.thread, other.index) : recorded_event{};
  const std::string operation = recording_ ? event.operation : "uses";
  const std::string me = thread_name(running_);
  const std::string they = thread_name(other.thread);
  fail(failure_kind::data_race,
       "data race: " + me + " " + does + " the memory of " + what + " while " + they +
           " uses it unsynchronised",
       {{they + " uses it here (" + operation + ")", other.thread, event.stack},
        {me + " " + does + " it here, not as " + what +
             ", and nothing orders the two: no synchronisation leads from " + they + " to " + me,
         running_, recording_ ? capture() : call_stack{}}});
}

void engine::report_conflict() {
  const conflict c = races_.last_conflict();
  const auto bytes = [](std::size_t n) {
    return std::to_string(n) + (n == 1 ? " byte" : " bytes");
  };
  const auto does = [&](const access& a) -> std::string {
    switch (a.kind) {
      case access_kind::read:
        return "reads " + bytes(a.size);
      case access_kind::write:
        return "writes " + bytes(a.size);
      case access_kind::atomic_read:
        return "atomically reads " + bytes(a.size);
      case access_kind::atomic_write:
        return "atomically writes " + bytes(a.size);
      case access_kind::allocation:
        return "allocates the memory";
      case access_kind::release:
        return "frees the memory";
    }
    return "touches the memory";
  };
  const auto stack = [&](const access& a) -> call_stack {
    if (a.kind == access_kind::allocation && c.where != nullptr) {
      return stack_of_place(c.where->allocated.stack);
    }
    if (a.kind == access_kind::release && c.where != nullptr) {
      return stack_of_place(c.where->freed.stack);
    }
    return stack_of_place(a.pc);
  };
  std::vector<note> notes;
  const auto describe_block = [&] {
    if (c.where == nullptr) return;
    notes.push_back({"the block of " + bytes(c.where->size) + " was allocated here",
                     c.where->allocated.thread, stack_of_place(c.where->allocated.stack)});
  };
  switch (c.kind) {
    case conflict_kind::none:
      return;
    case conflict_kind::race: {
      if (!options_.races) return;
      notes.push_back({thread_name(c.earlier.thread) + " " + does(c.earlier) + " here",
                       c.earlier.thread, stack(c.earlier)});
      notes.push_back({thread_name(c.later.thread) + " " + does(c.later) +
                           " here, and nothing orders the two: no synchronisation leads from " +
                           thread_name(c.earlier.thread) + " to " + thread_name(c.later.thread),
                       c.later.thread, stack(c.later)});
      describe_block();
      fail(failure_kind::data_race,
           "data race: " + thread_name(c.later.thread) + " " + does(c.later) + " while " +
               thread_name(c.earlier.thread) + " " + does(c.earlier) + " unsynchronised",
           std::move(notes));
    }
    case conflict_kind::freed:
      if (c.where != nullptr) {
        notes.push_back({"the block was freed here", c.where->freed.thread,
                         stack_of_place(c.where->freed.stack)});
      }
      describe_block();
      fail(failure_kind::memory,
           "use after free: " + thread_name(c.later.thread) + " " + does(c.later) +
               " of a block that " + thread_name(c.earlier.thread) + " has freed",
           std::move(notes));
    case conflict_kind::out_of_bounds:
      describe_block();
      fail(failure_kind::memory,
           "out of bounds: " + thread_name(c.later.thread) + " " + does(c.later) +
               " of heap memory that belongs to no block",
           std::move(notes));
    case conflict_kind::exhausted:
      cannot("touches so much memory that heddle has none left to watch it");
  }
}

void engine::note_crash(const crash& what) {
  const std::span<const std::uintptr_t> frames = what.call_stack();
  call_stack stack(frames.begin(), frames.end());
  if (stack.empty() && what.instruction != 0) stack.push_back(what.instruction + 1);
  const auto thread = static_cast<thread_id>(what.slot);
  if (what.kind == crash_kind::no_progress) {
    stuck_ = std::move(stack);
    return;
  }
  const bool memory =
      what.kind == crash_kind::bad_access || what.kind == crash_kind::stack_overflow;
  std::string message = thread_name(thread) + " " + words_for(what.kind);
  if (what.kind == crash_kind::bad_access && what.address_known) {
    char address[32];
    std::snprintf(address, sizeof address, " (address %#lx)", what.address);
    message += address;
  }
  failure_ = failure{memory ? failure_kind::memory : failure_kind::abort,
                     std::move(message),
                     thread,
                     std::move(stack),
                     {}};
}

void engine::look_for_leaks() {
  std::vector<std::span<const std::byte>> roots{statics_.range()};
  for (thread_id t = 0; t < threads_used_; ++t) {
    if (t == 0 || !threads_[t].finished) roots.push_back(fibers_.thread_local_block(t));
  }
  const auto leaked = heap_.leaks(roots);
  if (leaked.empty()) return;
  std::vector<note> notes;
  std::size_t bytes = 0;
  for (const block* b : leaked) {
    bytes += b->size;
    if (notes.size() < 8) {
      notes.push_back({std::to_string(b->size) + " bytes were allocated here", b->allocated.thread,
                       stack_of_place(b->allocated.stack)});
    }
  }
  failure_ = failure{failure_kind::memory,
                     "leak: " + std::to_string(leaked.size()) +
                         (leaked.size() == 1 ? " block" : " blocks") + " (" +
                         std::to_string(bytes) + " bytes) that nothing points to are never freed",
                     leaked.front()->allocated.thread,
                     stack_of_place(leaked.front()->allocated.stack), std::move(notes)};
}

}  // namespace heddle::runtime
