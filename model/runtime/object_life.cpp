#include "model/runtime/object_life.hpp"

#include <cstring>

namespace heddle::runtime {
namespace {

constexpr std::uint64_t destroyed_mark = 0xdead'c04d'dead'c04d;

}  // namespace

void misuse(engine& e, const std::string& what, std::vector<note> notes) {
  e.fail(failure_kind::misuse, thread_name(e.running()) + " " + what, std::move(notes));
}

std::uint32_t live_object(engine& e, const void* memory, std::size_t size, object_kind kind,
                          value initial, const char* verb) {
  std::uint64_t mark = 0;
  if (size >= sizeof mark) std::memcpy(&mark, memory, sizeof mark);
  if (mark == destroyed_mark) {
    std::vector<note> notes;
    for (std::size_t i = e.sync_objects().size(); --i > 0 && notes.empty();) {
      const struct object& o = e.sync_objects()[static_cast<std::uint32_t>(i)];
      if (o.address != reinterpret_cast<std::uintptr_t>(memory) || o.kind != kind) continue;
      notes.push_back({"it was destroyed here", o.ended_by, e.stack_of_place(o.place)});
    }
    misuse(e, std::string(verb) + " " + words_for(kind) + " that has been destroyed",
           std::move(notes));
  }
  return e.object_at(reinterpret_cast<std::uintptr_t>(memory), static_cast<std::uint8_t>(size),
                     kind, initial);
}

void new_object(engine& e, void* memory, std::size_t size) {
  e.plain(reinterpret_cast<std::uintptr_t>(memory), size, true, e.place(0));
}

void touch_object(engine& e, std::uint32_t object) { e.check_atomic(object, 4, true, 0); }

void destroy_object(engine& e, std::uint32_t object) {
  e.check_unordered(object, "destroys");
  struct object& o = e.sync_objects()[object];
  o.alive = false;
  o.ended_by = e.running();
  o.place = e.place(0);
  if (o.size < sizeof destroyed_mark) return;
  e.statics().about_to_write(o.address, sizeof destroyed_mark);
  std::memcpy(reinterpret_cast<void*>(o.address), &destroyed_mark, sizeof destroyed_mark);
}

held_mutex* find_held(engine& e, std::uint32_t object) {
  for (held_mutex& h : e.self().held) {
    if (h.object == object) return &h;
  }
  return nullptr;
}

void note_held(engine& e, std::uint32_t object, std::uint32_t depth, bool shared) {
  const std::uintptr_t place = e.place(0);
  e.self().held.push_back({object, depth, place, shared});
  if (shared) return;
  e.sync_objects()[object].owner = e.running();
  e.sync_objects()[object].place = place;
}

void drop_held(engine& e, held_mutex* held) {
  if (!held->shared) e.sync_objects()[held->object].owner = no_thread;
  e.self().held.erase(e.self().held.begin() + (held - e.self().held.data()));
}

}  // namespace heddle::runtime
