#include "model/runtime/word.hpp"

namespace heddle::runtime {

operation word::operation_of(operation_kind kind, memory_order order) const {
  operation op;
  op.kind = kind;
  op.order = order;
  op.location = location_;
  op.size = size_;
  return op;
}

value word::load(memory_order order, const char* name) {
  return perform(operation_of(operation_kind::load, order), name).result;
}

void word::store(std::uint64_t v, memory_order order, const char* name) {
  operation op = operation_of(operation_kind::store, order);
  op.operand = {v, 0};
  perform(op, name);
}

value word::modify(modification how, value operand, memory_order order, const char* name) {
  operation op = operation_of(operation_kind::read_modify_write, order);
  op.modify = how;
  op.operand = operand;
  return perform(op, name).result;
}

bool word::exchange_if(value expected, value desired, memory_order order, const char* name) {
  operation op = operation_of(operation_kind::compare_exchange, order);
  op.expected = expected;
  op.operand = desired;
  return perform(op, name).result == expected;
}

void word::await_exchange(std::uint64_t expected, std::uint64_t desired, memory_order order,
                          const char* name) {
  operation op = operation_of(operation_kind::compare_exchange, order);
  op.failure_order = read_half(order);
  op.expected = {expected, 0};
  op.operand = {desired, 0};
  op.wait = wait_condition::equal;
  op.wait_operand = expected;
  perform(op, name);
}

value word::await(wait_condition condition, std::uint64_t operand, memory_order order,
                  const char* name) {
  heddle::operation op = operation_of(operation_kind::load, order);
  op.wait = condition;
  op.wait_operand = operand;
  return perform(op, name).result;
}

// ---- what synchronisation needs of the engine besides

location_id engine::hidden(object_kind kind, std::uint64_t owner, std::uint32_t number) {
  const objects::hidden_word found = objects_.hidden(kind, owner, number);
  if (found.created) recorder_->initialise(found.location, {});
  return found.location;
}

std::uint64_t engine::choose(std::uint64_t alternatives, const char* name, std::uintptr_t address) {
  operation op;
  op.kind = operation_kind::choose;
  op.operand = {alternatives, 0};
  return perform(op, name, address).result.low;
}

void engine::redundant(std::uint32_t stale_read) {
  only_if();
  recorder_->spin(running_, stale_read);
  switch_away();
  broken("a thread that has nothing to add does not go on", __FILE__, __LINE__);
}

void engine::waits_for(const char* what, std::uint32_t object) {
  model_thread& me = self();
  me.waits = what;
  me.awaited_object = object;
  me.waits_at = place(0);
}

}  // namespace heddle::runtime
