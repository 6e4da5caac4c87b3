// stringbuffer: to append another buffer to one's own takes that one's length and then so many of
// its characters, each under its lock; in between somebody may have erased them (the well-known
// atomicity violation of a string class of which every method is synchronised).
#include <heddle/check.hpp>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace {

class string_buffer {
 public:
  explicit string_buffer(std::string_view text) : text_(text) {}

  std::size_t length() {
    const std::lock_guard hold(lock_);
    return text_.size();
  }
  std::string first(std::size_t count) {
    const std::lock_guard hold(lock_);
    heddle::require(count <= text_.size(), "the characters that were counted are there");
    return text_.substr(0, count);
  }
  void erase(std::size_t from, std::size_t to) {
    const std::lock_guard hold(lock_);
    text_.erase(from, to - from);
  }
  void append(std::string_view text) {
    const std::lock_guard hold(lock_);
    text_ += text;
  }
  void append(string_buffer& other) {
    const std::lock_guard hold(lock_);
    const std::size_t count = other.length();
    text_ += other.first(count);
  }

 private:
  std::mutex lock_;
  std::string text_;
};

}  // namespace

HEDDLE_CHECK(stringbuffer) {
  string_buffer shared("abc");
  std::thread changes([&] {
    shared.erase(0, 3);
    shared.append("abc");
  });
  string_buffer own("");
  own.append(shared);
  changes.join();
}
