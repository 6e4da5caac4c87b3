// Memory of coroutine frames, which the thread that gives it back keeps for its next ones: awaiting
// a task is a call, and a call that goes to the heap twice costs more than what it does.
//
//   state     frames are given back to      set by
//   fresh     the cache, which is armed     the thread's beginning
//   armed     the cache, up to the limit    the first frame that is given back
//   closed    the heap                      the thread's end, which empties the cache
//
// Only its own thread touches a cache, so there is nothing to synchronise; a frame may be given
// back by another thread than the one that made it. Sizes are rounded up to 64 bytes; of each of 16
// sizes (to 1 KiB) at most 8 frames are kept, so a thread keeps at most 68 KiB.
//
// Off where a sanitizer, or heddle, watches the heap: each frame is then memory of its own, and
// what uses it after its end is found.
#pragma once

#include <cstddef>
#include <new>

namespace heddle::detail {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr bool frames_are_kept = false;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer) || \
    __has_feature(memory_sanitizer)
inline constexpr bool frames_are_kept = false;
#else
inline constexpr bool frames_are_kept = true;
#endif
#else
inline constexpr bool frames_are_kept = true;
#endif

class frame_cache {
 public:
  static constexpr std::size_t granule_bytes = 64;
  static constexpr std::size_t sizes = 16;
  static constexpr unsigned limit = 8;

  /// At least `bytes` of memory. Throws std::bad_alloc.
  static void* allocate(std::size_t bytes) {
    const std::size_t size = size_of(bytes);
    if (size >= sizes) return ::operator new(bytes);
    shelf& from = mine_.shelves[size];
    if (free_frame* const kept = from.first) {
      from.first = kept->next;
      --from.count;
      return kept;
    }
    return ::operator new((size + 1) * granule_bytes);
  }

  /// Takes back what allocate(bytes) has given, on any thread.
  static void deallocate(void* memory, std::size_t bytes) noexcept {
    const std::size_t size = size_of(bytes);
    if (size >= sizes) return ::operator delete(memory);
    shelf& to = mine_.shelves[size];
    if (to.count >= limit || !mine_.armed) [[unlikely]] {
      if (to.count >= limit || !arm()) return ::operator delete(memory);
    }
    to.first = new (memory) free_frame{to.first};
    ++to.count;
  }

  /// How many frames this thread keeps.
  static unsigned kept() noexcept {
    unsigned all = 0;
    for (const shelf& each : mine_.shelves) all += each.count;
    return all;
  }

 private:
  struct free_frame {
    free_frame* next;
  };
  struct shelf {
    free_frame* first;
    unsigned count;
  };
  // Constant initialisation and no destructor: the compiler reaches it without asking whether it is
  // there. Its end is that of another object, which only arm() knows.
  struct state {
    shelf shelves[sizes];
    bool armed;
    bool closed;
  };
  struct closing {
    closing() noexcept { mine_.armed = true; }
    ~closing() {
      mine_.armed = false;
      mine_.closed = true;
      for (shelf& each : mine_.shelves) {
        while (free_frame* const kept = each.first) {
          each.first = kept->next;
          ::operator delete(kept);
        }
        each.count = 0;
      }
    }
  };

  static std::size_t size_of(std::size_t bytes) noexcept { return (bytes - 1) / granule_bytes; }

  [[gnu::noinline]] static bool arm() noexcept {
    if (mine_.closed) return false;
    thread_local closing at_the_end;
    return mine_.armed;
  }

  static inline constinit thread_local state mine_{};
};

}  // namespace heddle::detail
