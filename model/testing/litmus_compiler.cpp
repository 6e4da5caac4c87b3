// From the syntax tree of a litmus test to instructions. Every register is either a name of the
// source, a constant or a temporary used once; nothing is reused, so the order of evaluation is
// that of the source.
#include <map>

#include "model/testing/instruction_builder.hpp"
#include "model/testing/litmus_code.hpp"
#include "model/testing/litmus_locations.hpp"

namespace heddle::testing {
namespace {

class thread_compiler : instruction_builder {
 public:
  thread_compiler(const location_table& locations, unsigned unroll, std::string name)
      : instruction_builder(std::move(name)), locations_(locations), unroll_(unroll) {}

  thread_code compile_body(const std::vector<statement>& body) {
    block(body);
    for (std::uint32_t jump : returns_) land(jump);
    emit(opcode::end);
    return finish();
  }

  /// The value of `e` in register 0; its names are registers of the same name.
  thread_code compile_predicate(const expression& e) {
    const register_index result = fresh(0);
    emit(opcode::copy, result, value_of(e));
    emit(opcode::end);
    return finish();
  }

 private:
  void block(const std::vector<statement>& body) {
    for (const statement& s : body) one(s);
  }

  void one(const statement& s) {
    switch (s.kind) {
      case statement_kind::nothing:
        return;
      case statement_kind::evaluate:
        value_of(s.expressions[0]);
        return;
      case statement_kind::assign: {
        const register_index value = value_of(s.expressions[0]);
        for (const std::string& target : s.targets) emit(opcode::copy, named(target), value);
        return;
      }
      case statement_kind::augment: {
        const register_index target = named(s.targets[0]);
        const register_index value = value_of(s.expressions[0]);
        emit(operator_called(s.op), target, target, value);
        return;
      }
      case statement_kind::assertion: {
        const std::uint32_t skip = emit_jump(opcode::jump_if_not_zero, value_of(s.expressions[0]));
        emit(opcode::fail);
        land(skip);
        return;
      }
      case statement_kind::branch:
        return branch(s);
      case statement_kind::for_range:
        return for_range(s);
      case statement_kind::while_loop:
        return while_loop(s);
      case statement_kind::leave_loop:
        if (breaks_.empty()) throw litmus_error("litmus test: break outside a loop");
        breaks_.back().push_back(emit_jump(opcode::jump));
        return;
      case statement_kind::leave_thread:
        if (!s.expressions.empty()) emit(opcode::copy, named("ret"), value_of(s.expressions[0]));
        returns_.push_back(emit_jump(opcode::jump));
        return;
    }
  }

  void branch(const statement& s) {
    const std::uint32_t to_else = emit_jump(opcode::jump_if_zero, value_of(s.expressions[0]));
    block(s.body);
    if (s.otherwise.empty()) {
      land(to_else);
      return;
    }
    const std::uint32_t to_end = emit_jump(opcode::jump);
    land(to_else);
    block(s.otherwise);
    land(to_end);
  }

  void loop_body(const statement& s) {
    breaks_.emplace_back();
    block(s.body);
  }
  void end_loop() {
    for (std::uint32_t jump : breaks_.back()) land(jump);
    breaks_.pop_back();
  }

  void for_range(const statement& s) {
    const auto& arguments = s.expressions;
    const auto keep = [&](const expression& e) {  // the bounds are evaluated once
      const register_index copy = fresh(0);
      emit(opcode::copy, copy, value_of(e));
      return copy;
    };
    std::int64_t step = 1;
    if (arguments.size() == 3) step = constant_of(arguments[2]);
    if (step == 0) throw litmus_error("litmus test: range with step 0");
    const register_index counter = fresh(0);
    const bool one_argument = arguments.size() == 1;
    emit(opcode::copy, counter, one_argument ? constant(0) : value_of(arguments[0]));
    const register_index stop = keep(arguments[one_argument ? 0 : 1]);
    const register_index more = fresh(0);
    const std::uint32_t start = here();
    emit(opcode::less, more, step > 0 ? counter : stop, step > 0 ? stop : counter);
    const std::uint32_t leave = emit_jump(opcode::jump_if_zero, more);
    emit(opcode::copy, named(s.targets[0]), counter);
    loop_body(s);
    emit(opcode::add, counter, counter, constant(step));
    jump_back(start);
    land(leave);
    end_loop();
  }

  /// At most `unroll` rounds; a thread that would need more is blocked for ever.
  void while_loop(const statement& s) {
    const register_index rounds = fresh(0);
    const register_index more = fresh(0);
    emit(opcode::copy, rounds, constant(0));
    const std::uint32_t start = here();
    emit(opcode::less, more, rounds, constant(unroll_));
    const std::uint32_t enough = emit_jump(opcode::jump_if_not_zero, more);
    emit(opcode::block);
    land(enough);
    emit(opcode::add, rounds, rounds, constant(1));
    const std::uint32_t leave = emit_jump(opcode::jump_if_zero, value_of(s.expressions[0]));
    loop_body(s);
    jump_back(start);
    land(leave);
    end_loop();
  }

  static std::int64_t constant_of(const expression& e) {
    if (e.kind == expression_kind::constant) return e.number;
    if (e.kind == expression_kind::unary && e.op == "-" &&
        e.children[0].kind == expression_kind::constant) {
      return -e.children[0].number;
    }
    throw litmus_error("litmus test: the step of range must be a constant");
  }

  static opcode operator_called(const std::string& op) {
    static const std::map<std::string, opcode> table = {
        {"+", opcode::add},           {"-", opcode::subtract}, {"*", opcode::multiply},
        {"//", opcode::floor_divide}, {"%", opcode::modulo},   {"&", opcode::bit_and},
        {"|", opcode::bit_or},        {"^", opcode::bit_xor},  {"<<", opcode::shift_left},
        {">>", opcode::shift_right}};
    return table.at(op);
  }

  register_index value_of(const expression& e) {
    switch (e.kind) {
      case expression_kind::constant:
        return constant(e.number);
      case expression_kind::name:
        return named(e.name);
      case expression_kind::unary: {
        const register_index operand = value_of(e.children[0]);
        const opcode code = e.op == "-"   ? opcode::negate
                            : e.op == "~" ? opcode::invert
                                          : opcode::logical_not;
        return combine(code, operand, operand);
      }
      case expression_kind::binary: {
        const register_index left = value_of(e.children[0]);  // before the right operand
        return combine(operator_called(e.op), left, value_of(e.children[1]));
      }
      case expression_kind::comparison:
        return comparison(e);
      case expression_kind::logical_and:
        return short_circuit(e, opcode::jump_if_zero);
      case expression_kind::logical_or:
        return short_circuit(e, opcode::jump_if_not_zero);
      case expression_kind::conditional:
        return conditional(e);
      case expression_kind::fence: {
        access_site site;
        site.op.kind = operation_kind::fence;
        site.op.order = e.access.order;
        return add_site(std::move(site), constant(0));
      }
      case expression_kind::assume: {
        const std::uint32_t skip = emit_jump(opcode::jump_if_not_zero, value_of(e.children[0]));
        emit(opcode::block);
        land(skip);
        return constant(0);
      }
      case expression_kind::choose:
        return choose(e);
      case expression_kind::access:
        return access(e);
    }
    __builtin_unreachable();
  }

  register_index combine(opcode code, register_index left, register_index right) {
    const register_index target = fresh(0);
    emit(code, target, left, right);
    return target;
  }

  register_index comparison(const expression& e) {
    const register_index left = value_of(e.children[0]);
    const register_index right = value_of(e.children[1]);
    if (e.op == "==") return combine(opcode::equal, left, right);
    if (e.op == "!=") return combine(opcode::not_equal, left, right);
    if (e.op == "<") return combine(opcode::less, left, right);
    if (e.op == "<=") return combine(opcode::less_equal, left, right);
    if (e.op == ">") return combine(opcode::less, right, left);
    return combine(opcode::less_equal, right, left);
  }

  register_index short_circuit(const expression& e, opcode stop_if) {
    const register_index result = fresh(0);
    emit(opcode::copy, result, value_of(e.children[0]));
    const std::uint32_t done = emit_jump(stop_if, result);
    emit(opcode::copy, result, value_of(e.children[1]));
    land(done);
    return result;
  }

  register_index conditional(const expression& e) {
    const register_index result = fresh(0);
    const std::uint32_t to_else = emit_jump(opcode::jump_if_zero, value_of(e.children[1]));
    emit(opcode::copy, result, value_of(e.children[0]));
    const std::uint32_t to_end = emit_jump(opcode::jump);
    land(to_else);
    emit(opcode::copy, result, value_of(e.children[2]));
    land(to_end);
    return result;
  }

  register_index choose(const expression& e) {
    access_site site;
    site.op.kind = operation_kind::choose;
    site.op.operand.low = e.children.size();
    for (const expression& option : e.children) site.options.push_back(value_of(option));
    site.result = fresh(0);
    const register_index result = site.result;
    return add_site(std::move(site), result);
  }

  /// Writes the value of `e` into `field` if it is a constant, else its register into `where`.
  void fill(const expression& e, std::uint64_t& field, register_index& where, access_site& site) {
    if (e.kind == expression_kind::constant) {
      field = static_cast<std::uint64_t>(e.number);
    } else {
      where = value_of(e);
      site.complete = false;
    }
  }

  register_index access(const expression& e) {
    const access_syntax& syntax = e.access;
    access_site site;
    operation& op = site.op;
    op.order = syntax.order;
    op.failure_order = syntax.failure_order;
    op.location = locations_.first(e.name);
    std::size_t next = 0;
    if (syntax.indexed) {
      site.cells = locations_.cells(e.name);
      std::uint64_t index = 0;
      fill(e.children[next++], index, site.index, site);
      op.location += static_cast<location_id>(index);
    }
    bool yields = true;
    switch (syntax.kind) {
      case access_kind::load:
        op.kind = operation_kind::load;
        op.wait = syntax.wait;
        if (op.wait != wait_condition::none) {
          fill(e.children[next], op.wait_operand, site.wait_operand, site);
        }
        break;
      case access_kind::store:
        op.kind = operation_kind::store;
        fill(e.children[next], op.operand.low, site.operand, site);
        yields = false;
        break;
      case access_kind::modify:
        op.kind = operation_kind::read_modify_write;
        op.modify = syntax.modify;
        fill(e.children[next], op.operand.low, site.operand, site);
        break;
      case access_kind::compare_exchange:
      case access_kind::compare_exchange_flag:
        op.kind = operation_kind::compare_exchange;
        fill(e.children[next], op.expected.low, site.expected, site);
        fill(e.children[next + 1], op.operand.low, site.operand, site);
        site.yields_success = syntax.kind == access_kind::compare_exchange_flag;
        break;
      case access_kind::lock:
      case access_kind::try_lock:
        op.kind = operation_kind::compare_exchange;
        op.operand.low = 1;
        site.yields_success = syntax.kind == access_kind::try_lock;
        yields = site.yields_success;
        if (!yields) op.wait = wait_condition::equal;
        break;
      case access_kind::unlock:
        op.kind = operation_kind::store;
        yields = false;
        break;
    }
    const register_index result = yields ? fresh(0) : constant(0);
    if (yields) site.result = result;
    return add_site(std::move(site), result);
  }

  const location_table& locations_;
  std::int64_t unroll_;
  std::vector<std::vector<std::uint32_t>> breaks_;
  std::vector<std::uint32_t> returns_;
};

}  // namespace

litmus_code compile(const litmus_test& test) {
  litmus_code code;
  code.name = test.name;
  code.text = test.text;
  const location_table locations(test);
  code.locations = locations.all();
  for (const litmus_thread& thread : test.threads) {
    thread_compiler compiler(locations, test.unroll, thread.name);
    code.threads.push_back(compiler.compile_body(thread.body));
  }
  thread_compiler last(locations, test.unroll, "final");
  code.threads.push_back(
      last.compile_body(test.final_thread ? test.final_thread->body : std::vector<statement>{}));
  if (test.exists) {
    thread_compiler compiler(locations, test.unroll, "exists");
    code.exists = compiler.compile_predicate(*test.exists);
  }
  return code;
}

litmus_code compile(std::string_view text) { return compile(parse_litmus(text)); }

}  // namespace heddle::testing
