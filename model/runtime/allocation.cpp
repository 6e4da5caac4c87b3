#include "model/runtime/allocation.hpp"

#include <cerrno>
#include <string>
#include <utility>

#include "model/runtime/address_space.hpp"
#include "model/runtime/engine.hpp"
#include "model/runtime/libc_blocks.hpp"
#include "model/runtime/library_calls.hpp"
#include "model/runtime/stack_pool.hpp"

extern "C" void __libc_free(void* p);

namespace heddle::runtime {
namespace {

std::string bytes(std::size_t n) { return std::to_string(n) + (n == 1 ? " byte" : " bytes"); }

const char* how_allocated(allocation_family family) {
  constexpr const char* names[] = {"malloc", "new", "new[]"};
  return names[static_cast<unsigned>(family)];
}

const char* how_freed(allocation_family family) {
  constexpr const char* names[] = {"free", "delete", "delete[]"};
  return names[static_cast<unsigned>(family)];
}

note was_allocated(engine& e, const block& b) {
  return {"the block of " + bytes(b.size) + " was allocated here", b.allocated.thread,
          e.stack_of_place(b.allocated.stack)};
}

std::string running_thread(engine& e) { return thread_name(e.running()); }

[[noreturn]] void refuse(engine& e, std::size_t size, allocation_error why) {
  if (const int error = e.memory().reserve_error(); error != 0) {
    e.cannot("allocates " + bytes(size) +
             ", and heddle could not reserve addresses for its heap: " + address_advice(error));
  }
  const std::string limit = bytes(heap_options{}.bytes_per_thread);
  switch (why) {
    case allocation_error::too_large:
      e.cannot("allocates " + bytes(size) + " at once, and heddle has no more than " + limit +
               " for a thread");
    case allocation_error::arena_full:
      e.cannot("allocates " + bytes(size) + " more in a thread that has used up its " + limit +
               "; heddle reuses no memory within an execution");
    default:
      e.cannot("allocates " + bytes(size) + " in a thread that has no heap");
  }
}

[[noreturn]] void report_bad_free(engine& e, void* p, allocation_family family,
                                  const release_outcome& outcome) {
  const std::string who = running_thread(e);
  const block* const which = outcome.which;
  if (outcome.result == free_result::already_freed) {
    e.fail(failure_kind::memory,
           "double free: " + who + " frees a block that " + thread_name(which->freed.thread) +
               " has freed",
           {{"the block was freed here", which->freed.thread, e.stack_of_place(which->freed.stack)},
            was_allocated(e, *which)});
  }
  if (outcome.result == free_result::wrong_family) {
    e.fail(failure_kind::memory,
           "mismatched free: " + who + " frees with " + how_freed(family) + " a block from " +
               how_allocated(which->family),
           {was_allocated(e, *which)});
  }
  std::vector<note> notes;
  std::string message = "bad free: " + who + " frees an address at which no block begins";
  if (which != nullptr && which->contains(reinterpret_cast<std::uintptr_t>(p))) {
    const auto offset = static_cast<std::byte*>(p) - which->start;
    message = "bad free: " + who + " frees an address inside a block, " +
              bytes(static_cast<std::size_t>(offset)) + " behind its beginning";
    notes.push_back(was_allocated(e, *which));
  }
  e.fail(failure_kind::memory, std::move(message), std::move(notes));
}

[[noreturn]] void report_bad_size(engine& e, const block& which, std::size_t size) {
  e.fail(failure_kind::memory,
         "mismatched free: " + running_thread(e) + " deletes an object of " + bytes(size) +
             " where there is a block of " + bytes(which.size) +
             " (of a derived class without a virtual destructor, perhaps)",
         {was_allocated(e, which)});
}

/// The block is free in the heap's books: ends what lived in it, and tells the race detector.
/// `counted`: by libstdc++, which knows from counts of its own that nobody uses it any more (an
/// exception that several threads have caught).
void bury(engine& e, const block& which, std::uintptr_t place, bool counted) {
  const auto start = reinterpret_cast<std::uintptr_t>(which.start);
  std::uint32_t object = 0;
  const bool fine = e.races().release(which, e.view(), place, object);
  if (!fine && !counted) e.report_conflict();
  if (object != 0) e.end_objects(start, which.size, "frees the memory of");
}

std::uintptr_t place_of(engine& e, const requester& by, std::uintptr_t pc) {
  return e.recording() ? by.stack : pc;
}

/// Memory that heddle gave to a thread of the program as its stack or for its thread-locals, or
/// that the executable brought along.
bool is_no_heap(engine& e, const void* p) {
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  return e.statics().contains(address) ||
         (stack_pool::default_base <= address && address < heap_options{}.region);
}

/// What the C++ runtime allocates for itself (exceptions under way) is not the program's to lose.
bool may_fail(allocation_family family, std::uintptr_t pc) {
  return family != allocation_family::malloc || !is_library_code(pc);
}

}  // namespace

bool is_program_heap(const void* p) {
  engine* const e = engine::current();
  return e != nullptr && e->memory().owns(p);
}

const block* program_block(const void* p) {
  engine* const e = engine::current();
  return e == nullptr ? nullptr : e->memory().find(p);
}

void* allocate_for_program(const allocation_request& request, std::uintptr_t pc) {
  if (request.size > PTRDIFF_MAX) {
    errno = ENOMEM;
    return nullptr;
  }
  engine::visit v;
  if (v.e.allocations_fail() && may_fail(request.family, pc) && v.e.fails_to_allocate()) {
    errno = ENOMEM;
    return nullptr;
  }
  const allocation made = v.e.memory().allocate(v.e.here(pc), request);
  if (made.error == allocation_error::bad_alignment) {
    errno = EINVAL;
    return nullptr;
  }
  if (made.error != allocation_error::none) refuse(v.e, request.size, made.error);
  return made.address;
}

void release_for_program(void* p, allocation_family family, std::size_t size, std::uintptr_t pc) {
  if (p == nullptr) return;
  if (!is_program_heap(p)) {
    const bool by_libc = is_libc_code(pc);
    if (libc_blocks.take(p) || by_libc) return __libc_free(p);
    engine::visit v;
    if (is_no_heap(v.e, p)) report_bad_free(v.e, p, family, {free_result::not_ours, nullptr});
    return;
  }
  engine::visit v;
  engine& e = v.e;
  const requester by = e.here(pc);
  const release_outcome outcome = e.memory().release(by, p, family);
  if (outcome.result != free_result::ok) report_bad_free(e, p, family, outcome);
  if (size != any_size && size != outcome.which->size) report_bad_size(e, *outcome.which, size);
  const bool counted = family == allocation_family::malloc && is_library_code(pc);
  bury(e, *outcome.which, place_of(e, by, pc), counted);
}

void* reallocate_for_program(void* p, std::size_t size, std::uintptr_t pc) {
  if (size > PTRDIFF_MAX) {
    errno = ENOMEM;
    return nullptr;
  }
  engine::visit v;
  engine& e = v.e;
  if (e.allocations_fail() && may_fail(allocation_family::malloc, pc) && e.fails_to_allocate()) {
    errno = ENOMEM;
    return nullptr;
  }
  const requester by = e.here(pc);
  const reallocation moved = e.memory().reallocate(by, p, size);
  if (moved.result != free_result::ok) {
    const block* const around = moved.freed != nullptr
                                    ? moved.freed
                                    : e.memory().nearest(reinterpret_cast<std::uintptr_t>(p));
    report_bad_free(e, p, allocation_family::malloc, {moved.result, around});
  }
  if (moved.fresh.address == nullptr) refuse(e, size, moved.fresh.error);
  if (moved.freed != nullptr) bury(e, *moved.freed, place_of(e, by, pc), false);
  return moved.fresh.address;
}

}  // namespace heddle::runtime
