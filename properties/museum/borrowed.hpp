// An object whose borrows are counted, to state Rust's rule in C++: while someone may change it
// (`&mut`), nobody else holds a reference to it (`&`). The counts belong to whoever guards the
// object; they are no atomics.
#pragma once

#include <heddle/check.hpp>

namespace museum {

template <typename T>
class borrowed {
 public:
  class shared_reference {
   public:
    explicit shared_reference(borrowed& from) : from_(from) {
      heddle::require(!from_.changing_,
                      "a shared reference is made while someone changes the object");
      ++from_.shared_;
    }
    ~shared_reference() { --from_.shared_; }
    shared_reference(const shared_reference&) = delete;
    shared_reference& operator=(const shared_reference&) = delete;
    const T* operator->() const { return &from_.value_; }

   private:
    borrowed& from_;
  };

  class exclusive_reference {
   public:
    explicit exclusive_reference(borrowed& from) : from_(from) {
      heddle::require(!from_.changing_ && from_.shared_ == 0,
                      "an exclusive reference is made while another reference lives");
      from_.changing_ = true;
    }
    ~exclusive_reference() { from_.changing_ = false; }
    exclusive_reference(const exclusive_reference&) = delete;
    exclusive_reference& operator=(const exclusive_reference&) = delete;
    T* operator->() { return &from_.value_; }

   private:
    borrowed& from_;
  };

 private:
  T value_{};
  int shared_ = 0;
  bool changing_ = false;
};

}  // namespace museum
