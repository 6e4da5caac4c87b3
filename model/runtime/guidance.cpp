// What a check tells heddle beyond what must hold: its own nondeterminism, and names for reports.
#include <string>

#include "heddle/check.hpp"
#include "model/runtime/engine.hpp"

using heddle::runtime::engine;

std::size_t heddle::choose(std::size_t alternatives) {
  if (!engine::inside()) return 0;
  engine::visit v;
  if (alternatives == 0) {
    v.e.fail(failure_kind::misuse,
             v.e.name_of_thread(v.e.running()) + " chooses among no alternatives");
  }
  return v.e.choose(alternatives, "choose", 0);
}

void heddle::name(const void* object, const char* name) {
  if (!engine::inside() || name == nullptr) return;
  engine::visit v;
  v.e.give_name(reinterpret_cast<std::uintptr_t>(object), name);
}
