// Collects the instructions and registers of one thread of a litmus test.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "model/testing/litmus_code.hpp"

namespace heddle::testing {

/// Every register is a name of the source, a constant, or a temporary; none is used for two things.
class instruction_builder {
 public:
  explicit instruction_builder(std::string name) { code_.name = std::move(name); }

  thread_code finish() {
    for (const auto& [name, index] : named_) code_.names.emplace_back(name, index);
    return std::move(code_);
  }

  register_index fresh(std::int64_t initial) {
    code_.initial_registers.push_back(initial);
    if (code_.initial_registers.size() >= no_register) {
      throw litmus_error("litmus test: thread " + code_.name + " is too long");
    }
    return static_cast<register_index>(code_.initial_registers.size() - 1);
  }

  register_index constant(std::int64_t number) {
    const auto [position, added] = constants_.try_emplace(number, no_register);
    if (added) position->second = fresh(number);
    return position->second;
  }

  register_index named(const std::string& name) {
    const auto [position, added] = named_.try_emplace(name, no_register);
    if (added) position->second = fresh(0);
    return position->second;
  }

  std::uint32_t here() const { return static_cast<std::uint32_t>(code_.instructions.size()); }

  std::uint32_t emit(opcode code, register_index target = 0, register_index left = 0,
                     register_index right = 0, std::uint32_t destination = 0) {
    code_.instructions.push_back({code, target, left, right, destination});
    return here() - 1;
  }
  std::uint32_t emit_jump(opcode code, register_index condition = 0) {
    return emit(code, 0, condition);
  }
  void land(std::uint32_t jump) { code_.instructions[jump].destination = here(); }
  void jump_back(std::uint32_t to) { emit(opcode::jump, 0, 0, 0, to); }

  register_index add_site(access_site site, register_index result) {
    code_.sites.push_back(std::move(site));
    emit(opcode::access, 0, 0, 0, static_cast<std::uint32_t>(code_.sites.size() - 1));
    return result;
  }

 private:
  thread_code code_;
  std::map<std::int64_t, register_index> constants_;
  std::map<std::string, register_index> named_;
};

}  // namespace heddle::testing
