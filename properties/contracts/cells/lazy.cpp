// The contract of lazy (<heddle/lazy.hpp>) beside those of once_cell: OC-11, poisoning.
#include <atomic>
#include <heddle/check.hpp>
#include <heddle/lazy.hpp>
#include <optional>

#include "properties/contracts/cells/two_threads.hpp"

namespace cells {
namespace {

/// What an access gives: the value, or which of the two exceptions.
enum class access { value, own_exception, poison };

template <typename Lazy>
access try_access(Lazy& lazy) {
  try {
    heddle::require(lazy.get() == 42, "what is returned is the value");
    return access::value;
  } catch (int) {
    return access::own_exception;
  } catch (const heddle::poisoned&) {
    return access::poison;
  }
}

/// An exception poisons it: one caller gets the exception, all others `poisoned`, now and later.
HEDDLE_CHECK(oc_11_exception_poisons) {
  heddle::lazy lazy([]() -> int { throw 1; });
  access seen[2];
  together([&] { seen[0] = try_access(lazy); }, [&] { seen[1] = try_access(lazy); });
  heddle::require((seen[0] == access::own_exception && seen[1] == access::poison) ||
                      (seen[1] == access::own_exception && seen[0] == access::poison),
                  "one caller runs the initialiser, the other gets poison");
  heddle::require(try_access(lazy) == access::poison && lazy.value_if_made() == nullptr);
}

/// A function that was moved out to be called, and threw: the next access finds neither a value nor
/// a function, and returns what is not there.
HEDDLE_CHECK(oc_11_forgets_that_it_threw) {
  class forgetful_lazy {
   public:
    int& get() {
      if (!begun_) {
        begun_ = true;
        value_ = throw_one();
      }
      return *value_;
    }

   private:
    static std::optional<int> throw_one() { throw 1; }
    bool begun_ = false;
    std::optional<int> value_;
  } lazy;
  heddle::require(try_access(lazy) == access::own_exception);
  heddle::require(try_access(lazy) == access::poison, "never storage without a value");
}

HEDDLE_CHECK(oc_11_made_once) {
  int runs = 0;
  heddle::lazy lazy([&] { return 41 + ++runs; });
  auto user = [&] { heddle::require(try_access(lazy) == access::value); };
  together(user, user, user);
  heddle::require(runs == 1 && *lazy.value_if_made() == 42);
}

HEDDLE_CHECK(oc_11_recursion_poisons) {
  heddle::lazy<int>* self = nullptr;
  static heddle::lazy<int>* shared;
  heddle::lazy<int> lazy(+[] { return shared->get(); });
  shared = self = &lazy;
  try {
    self->get();
    heddle::require(false, "a recursive initialisation throws");
  } catch (const heddle::recursive_initialisation&) {
  }
  heddle::require(try_access(lazy) == access::poison);
}

}  // namespace
}  // namespace cells
