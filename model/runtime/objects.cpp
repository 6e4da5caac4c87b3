#include "model/runtime/objects.hpp"

#include <utility>

namespace heddle::runtime {

objects::found objects::look_up(std::uintptr_t address, std::uint8_t size, object_kind kind) {
  std::uint32_t* word = shadow_.object_at(address & ~std::uintptr_t{7});
  if (word == nullptr) return {};
  std::uint32_t generation = 0;
  for (std::uint32_t i = *word; i != 0; i = table_[i].next) {
    const object& o = whole(i);
    if (o.address == address && o.kind == kind && !o.alive && o.generation >= generation) {
      generation = o.generation + 1;
    }
    if (!o.alive) continue;
    if (o.address == address && o.size == size && o.kind == kind && table_[i].whole == 0) {
      recent_[address / 4 % recent_.size()] = {address, i, execution_};
      return {i, false, 0};
    }
    if (o.address < address + size && address < o.address + o.size) return {0, false, i};
  }
  const identity id{address, generation, size, static_cast<std::uint8_t>(kind)};
  const std::uint32_t index = add(word, id);
  table_[index].location = intern(id);
  if (size > 8) {
    std::uint32_t* second = shadow_.object_at((address & ~std::uintptr_t{7}) + 8);
    if (second != nullptr) table_[add(second, id)].whole = index;
  }
  return {index, true, 0};
}

std::uint32_t objects::add(std::uint32_t* word, const identity& id) {
  const auto index = static_cast<std::uint32_t>(table_.size());
  object& o = table_.emplace_back();
  o.address = id.address;
  o.size = id.size;
  o.kind = static_cast<object_kind>(id.kind);
  o.generation = id.generation;
  o.next = *word;
  *word = index;
  return index;
}

objects::hidden_word objects::hidden(object_kind kind, std::uint64_t owner, std::uint32_t number) {
  const location_id location = intern({owner, number, 0, static_cast<std::uint8_t>(kind)});
  if (location >= hidden_in_.size()) hidden_in_.resize(location + 1u);
  return {location, std::exchange(hidden_in_[location], execution_) != execution_};
}

location_id objects::intern(const identity& id) {
  if ((known_.size() + 1) * 2 > slots_.size()) grow();
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = (id.address * 0x9e3779b97f4a7c15u >> 20) + id.generation * 31 + id.size;
  for (;; ++at) {
    location_id& slot = slots_[at & mask];
    if (slot == no_location) {
      slot = static_cast<location_id>(known_.size());
      known_.push_back(id);
      return slot;
    }
    if (known_[slot] == id) return slot;
  }
}

void objects::grow() {
  const std::size_t size = slots_.empty() ? 64 : slots_.size() * 2;
  slots_.assign(size, no_location);
  for (location_id l = 0; l < known_.size(); ++l) {
    const identity& id = known_[l];
    std::size_t at = (id.address * 0x9e3779b97f4a7c15u >> 20) + id.generation * 31 + id.size;
    while (slots_[at & (size - 1)] != no_location) ++at;
    slots_[at & (size - 1)] = l;
  }
}

}  // namespace heddle::runtime
