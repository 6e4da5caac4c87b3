// bluetooth_driver: the reference count of a driver, as described by Qadeer and Wu (KISS: keep it
// simple and sequential, PLDI 2004). A request looks whether the driver is being stopped, and then
// enters; one who stops it says so, gives its own reference up, and stops when the last is gone. If
// it does all of that between the request's look and its entry, the request runs in a stopped
// driver.
#include <atomic>
#include <heddle/check.hpp>
#include <thread>

namespace {

struct driver {
  std::atomic<int> pending{1};
  std::atomic<bool> stopping{false};
  std::atomic<bool> nobody_left{false};
  std::atomic<bool> stopped{false};

  bool enter() {
    if (stopping) return false;
    ++pending;
    return true;
  }
  void leave() {
    if (--pending == 0) nobody_left = true;
  }
  void request() {
    if (enter()) {
      heddle::require(!stopped, "a request runs in a driver that has not stopped");
      leave();
    }
  }
  void stop() {
    stopping = true;
    leave();
    if (nobody_left) stopped = true;
  }
};

}  // namespace

HEDDLE_CHECK(bluetooth_driver) {
  driver d;
  std::thread stops([&] { d.stop(); });
  d.request();
  stops.join();
}
