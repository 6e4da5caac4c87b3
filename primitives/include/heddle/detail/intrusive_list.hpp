// A doubly linked list whose links lie in the elements: nothing is allocated, so nothing can fail.
// An element is in at most one list for each Tag; whoever owns the list locks.
#pragma once

namespace heddle::detail {

/// A base of what can be linked. Tag tells the lists apart that an element may be in at once.
template <typename Tag>
struct list_hook {
  list_hook* before = nullptr;
  list_hook* after = nullptr;
  bool linked() const noexcept { return after != nullptr; }
};

/// All operations take constant time and never fail. The elements must be removed before they die.
template <typename T, typename Tag>
class intrusive_list {
  using hook = list_hook<Tag>;

 public:
  intrusive_list() noexcept { root_.before = root_.after = &root_; }
  intrusive_list(const intrusive_list&) = delete;
  intrusive_list& operator=(const intrusive_list&) = delete;

  bool empty() const noexcept { return root_.after == &root_; }

  void push_back(T& element) noexcept { insert_before(root_, element); }
  void push_front(T& element) noexcept { insert_before(*root_.after, element); }

  static void remove(T& element) noexcept {
    hook& link = element;
    link.before->after = link.after;
    link.after->before = link.before;
    link.before = link.after = nullptr;
  }

  /// The first element, or null.
  T* front() const noexcept { return at(root_.after); }
  /// The element after this one, or null.
  T* next(T& element) const noexcept { return at(static_cast<hook&>(element).after); }

  /// Removes the first element: it, or null.
  T* pop_front() noexcept {
    T* first = front();
    if (first != nullptr) remove(*first);
    return first;
  }

 private:
  static void insert_before(hook& place, T& element) noexcept {
    hook& link = element;
    link.before = place.before;
    link.after = &place;
    place.before->after = &link;
    place.before = &link;
  }
  T* at(hook* link) const noexcept { return link == &root_ ? nullptr : static_cast<T*>(link); }

  hook root_;
};

}  // namespace heddle::detail
