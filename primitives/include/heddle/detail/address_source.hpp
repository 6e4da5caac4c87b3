// Where happy_eyeballs_connect has its next address from: two queues, one for each family, and the
// answers that are still to come.
//
// Which address is next (RFC 8305, section 4): the first `first_family_count` of the preferred
// family, then the families in turn; where one has none, the other. It is asked when an attempt is
// due, so addresses that come late stand where they would have stood.
//
// All but tell() are called by one task.
#pragma once

#include <asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <heddle/channel.hpp>
#include <heddle/timeouts.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace heddle::detail {

/// What became of one query.
struct address_answer {
  asio::ip::tcp family;
  std::vector<asio::ip::tcp::endpoint> endpoints;
  std::exception_ptr error;
};

class address_source {
 public:
  using endpoint = asio::ip::tcp::endpoint;
  using attempt = std::function<task<asio::ip::tcp::socket>()>;

  address_source(std::function<task<asio::ip::tcp::socket>(const endpoint&)> connect,
                 asio::ip::tcp preferred, std::size_t first_family_count,
                 std::chrono::steady_clock::duration resolution_delay)
      : connect_(std::move(connect)),
        preferred_(preferred),
        first_family_count_(first_family_count),
        resolution_delay_(resolution_delay) {}

  void add(const std::vector<endpoint>& addresses) {
    for (const endpoint& address : addresses) {
      (address.protocol() == preferred_ ? first_ : second_).push_back(address);
    }
  }

  /// So many calls of tell() will come.
  void expect_answers(std::size_t count) noexcept { unanswered_ = count; }
  /// By the queries.
  void tell(address_answer answer) { answers_.try_send(answer); }

  /// Waits until an attempt may begin, or it is clear that there will be none.
  task<void> first_answers() {
    while (unanswered_ != 0 && first_.empty() && second_.empty()) co_await one_answer();
    if (unanswered_ != 0 && first_.empty()) co_await move_on_after(resolution_delay_, one_answer());
  }

  bool exhausted() const noexcept { return unanswered_ == 0 && first_.empty() && second_.empty(); }

  /// The next attempt; waits for answers where there is no address; empty if there will be none.
  task<attempt> next() {
    while (unanswered_ != 0 && (answers_.size() != 0 || (first_.empty() && second_.empty()))) {
      co_await one_answer();
    }
    std::optional<endpoint> address = pick();
    if (!address) co_return attempt();
    co_return [this, to = *address] { return connect_(to); };
  }

  /// Of the queries.
  const std::vector<std::exception_ptr>& errors() const noexcept { return errors_; }

  /// The next address, taken out.
  std::optional<endpoint> pick() {
    const bool from_first =
        !first_.empty() && (second_.empty() || taken_ < first_family_count_ || last_was_second_);
    std::deque<endpoint>& from = from_first ? first_ : second_;
    if (from.empty()) return std::nullopt;
    if (from_first) ++taken_;
    last_was_second_ = !from_first;
    const endpoint address = from.front();
    from.pop_front();
    return address;
  }

 private:
  task<void> one_answer() {
    std::optional<address_answer> answer = co_await answers_.receive();
    --unanswered_;
    add(answer->endpoints);
    if (answer->error) errors_.push_back(answer->error);
  }

  std::function<task<asio::ip::tcp::socket>(const endpoint&)> connect_;
  asio::ip::tcp preferred_;
  std::size_t first_family_count_;
  std::chrono::steady_clock::duration resolution_delay_;
  std::deque<endpoint> first_, second_;  // of the preferred family, of the other
  std::size_t taken_ = 0;                // of the preferred family
  bool last_was_second_ = false;
  channel<address_answer> answers_{2};  // one for each family
  std::size_t unanswered_ = 0;
  std::vector<std::exception_ptr> errors_;
};

}  // namespace heddle::detail
