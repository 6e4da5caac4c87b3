// happy_eyeballs_connect with real sockets on loopback: some listen, some refuse, some never
// answer.
#include <dirent.h>
#include <gtest/gtest.h>

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <heddle/checkpoint.hpp>
#include <heddle/happy_eyeballs.hpp>
#include <heddle/timeouts.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using endpoints = std::vector<tcp::endpoint>;
using heddle::exception_group;
using heddle::happy_eyeballs_connect;
using heddle::happy_eyeballs_options;
using heddle::task;
using steady = std::chrono::steady_clock;

const auto loopback = asio::ip::address_v4::loopback();

std::size_t open_files() {
  std::size_t count = 0;
  DIR* const folder = opendir("/proc/self/fd");
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

bool is_refused(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const asio::system_error& end) {
    return end.code() == asio::error::connection_refused;
  }
}

class HappyEyeballs : public testing::Test {
 protected:
  HappyEyeballs() {
    // What Asio itself opens once, before files are counted.
    tcp::acceptor(context, tcp::endpoint(loopback, 0));
    tcp::socket socket(context);
    heddle::run(context, heddle::move_on_after(0ms, connect(socket, tcp::endpoint(loopback, 1))));
  }

  /// A socket that listens.
  tcp::endpoint listening(const asio::ip::address& address = loopback) {
    acceptors.emplace_back(context, tcp::endpoint(address, 0));
    return acceptors.back().local_endpoint();
  }
  /// An address where nobody listens, and nobody else will, as long as the test runs.
  tcp::endpoint refusing(const asio::ip::address& address = loopback) {
    bound.emplace_back(context, tcp::endpoint(address, 0));
    return bound.back().local_endpoint();
  }
  /// An address that never answers: its queue of connections is full.
  tcp::endpoint silent() {
    tcp::acceptor& full = acceptors.emplace_back(context);
    full.open(tcp::v4());
    full.bind(tcp::endpoint(loopback, 0));
    full.listen(0);
    const tcp::endpoint address = full.local_endpoint();
    for (bool connected = true; connected;) {
      fillers.emplace_back(context);
      connected =
          heddle::run(context, heddle::move_on_after(100ms, connect(fillers.back(), address)));
    }
    return address;
  }
  static task<> connect(tcp::socket& socket, tcp::endpoint to) {
    co_await socket.async_connect(to, heddle::use_task);
  }

  /// Whether this machine has IPv6 on loopback.
  bool has_ipv6() {
    asio::error_code error;
    tcp::acceptor six(context);
    six.open(tcp::v6(), error);
    if (!error) six.bind(tcp::endpoint(asio::ip::address_v6::loopback(), 0), error);
    return !error;
  }

  tcp::socket race(endpoints addresses, steady::duration delay) {
    return heddle::run(context, happy_eyeballs_connect(context.get_executor(), std::move(addresses),
                                                       happy_eyeballs_options{delay, 50ms, 1}));
  }

  asio::io_context context{1};
  std::vector<tcp::acceptor> acceptors;
  std::vector<tcp::socket> bound, fillers;
};

/// What `source` gives, as letters: six, four.
std::string order_of(heddle::detail::address_source& source) {
  std::string order;
  while (const auto address = source.pick()) order += address->protocol() == tcp::v6() ? '6' : '4';
  return order;
}

TEST(AddressSource, FamiliesInTurn) {
  const auto six = [](std::size_t count) {
    return endpoints(count, tcp::endpoint(asio::ip::address_v6::loopback(), 1));
  };
  const auto four = [](std::size_t count) { return endpoints(count, tcp::endpoint(loopback, 1)); };
  const auto ordered = [&](std::size_t sixes, std::size_t fours, std::size_t first_count,
                           tcp preferred = tcp::v6()) {
    heddle::detail::address_source source({}, preferred, first_count, 50ms);
    source.add(six(sixes));
    source.add(four(fours));
    return order_of(source);
  };
  EXPECT_EQ(ordered(3, 3, 1), "646464");
  EXPECT_EQ(ordered(4, 2, 2), "664646");
  EXPECT_EQ(ordered(1, 3, 1), "6444");
  EXPECT_EQ(ordered(3, 1, 1), "6466");
  EXPECT_EQ(ordered(2, 2, 1, tcp::v4()), "4646");
  EXPECT_EQ(ordered(0, 2, 1), "44");

  heddle::detail::address_source late({}, tcp::v6(), 1, 50ms);
  late.add(four(3));
  EXPECT_EQ(late.pick()->protocol(), tcp::v4());
  late.add(six(2));
  EXPECT_EQ(order_of(late), "6464") << "as if they had been there";
}

TEST_F(HappyEyeballs, TheFirstFailureStartsTheNextAtOnce) {
  const auto good = listening();
  const auto begin = steady::now();
  tcp::socket won = race({refusing(), refusing(), good}, 1h);
  EXPECT_EQ(won.remote_endpoint(), good);
  EXPECT_LT(steady::now() - begin, 30min);
}

TEST_F(HappyEyeballs, TheNextBeginsAfterTheDelayAndTheSilentOneIsClosed) {
  const auto good = listening();
  const auto black_hole = silent();
  const std::size_t before = open_files();
  const auto begin = steady::now();
  {
    tcp::socket won = race({black_hole, good}, 30ms);
    EXPECT_EQ(won.remote_endpoint(), good);
    EXPECT_GE(steady::now() - begin, 30ms);
    EXPECT_EQ(open_files(), before + 1) << "the winner alone is open";
  }
  EXPECT_EQ(open_files(), before);
}

TEST_F(HappyEyeballs, OfTwoThatConnectOneIsClosed) {
  const std::size_t before_all = open_files();
  const auto first = listening(), second = listening();
  const std::size_t before = open_files();
  tcp::socket won = race({first, second}, 0ms);
  EXPECT_EQ(open_files(), before + 1);
  // Both have connected, as far as the system is concerned: the loser's peer sees the end.
  tcp::acceptor& losers = won.remote_endpoint() == first ? acceptors[1] : acceptors[0];
  losers.non_blocking(true);
  asio::error_code error;
  tcp::socket peer = losers.accept(error);
  if (!error) {
    char byte = 0;
    peer.non_blocking(false);
    peer.read_some(asio::buffer(&byte, 1), error);
    EXPECT_TRUE(error == asio::error::eof || error == asio::error::connection_reset) << error;
  }
  EXPECT_GT(before, before_all);
}

TEST_F(HappyEyeballs, AllFail) {
  const endpoints none = {refusing(), refusing()};
  const std::size_t before = open_files();
  try {
    race(none, 1h);
    ADD_FAILURE() << "nobody listens";
  } catch (const exception_group& errors) {
    EXPECT_EQ(errors.size(), 2u);
    for (const auto& error : errors.errors()) EXPECT_TRUE(is_refused(error));
  }
  EXPECT_EQ(open_files(), before);
}

TEST_F(HappyEyeballs, CancelledItLeavesNothing) {
  const auto black_hole = silent();
  const std::size_t before = open_files();
  const auto nothing = heddle::run(
      context, heddle::move_on_after(
                   20ms, happy_eyeballs_connect(context.get_executor(), endpoints(3, black_hole),
                                                happy_eyeballs_options{5ms, 50ms, 1})));
  EXPECT_FALSE(nothing.has_value());
  EXPECT_EQ(open_files(), before);
}

/// Answers of a family: after a time, addresses or an error.
struct answer {
  steady::duration after;
  endpoints addresses;
  std::optional<std::string> error = std::nullopt;
};

heddle::address_query queries(answer six, answer four) {
  return [six, four](tcp family) -> task<endpoints> {
    return [](answer mine) -> task<endpoints> {
      co_await heddle::sleep_for(mine.after);
      if (mine.error) throw std::runtime_error(*mine.error);
      co_return mine.addresses;
    }(family == tcp::v6() ? six : four);
  };
}

class Resolving : public HappyEyeballs {
 protected:
  tcp::socket race(answer six, answer four, steady::duration attempt_delay = 1h,
                   steady::duration resolution_delay = 50ms) {
    return heddle::run(context, happy_eyeballs_connect(
                                    context.get_executor(), queries(six, four),
                                    happy_eyeballs_options{attempt_delay, resolution_delay, 1}));
  }
};

TEST_F(Resolving, AnAnswerThatNeverComesIsNotWaitedFor) {
  const auto four = listening();
  const auto begin = steady::now();
  EXPECT_EQ(race({1h, {}}, {1ms, {four}}, 1h, 20ms).remote_endpoint(), four);
  EXPECT_GE(steady::now() - begin, 20ms) << "the resolution delay";
}

TEST_F(Resolving, LateAddressesJoinTheRace) {
  const auto four = listening();
  EXPECT_EQ(race({0ms, {refusing()}}, {20ms, {four}}).remote_endpoint(), four)
      << "asked for when nothing else was left";
}

TEST_F(Resolving, AnErrorOfOneFamilyIsNoDelay) {
  const auto four = listening();
  EXPECT_EQ(race({5ms, {}, "no AAAA"}, {0ms, {four}}, 1h, 1h).remote_endpoint(), four);
}

TEST_F(Resolving, BothFail) {
  try {
    race({1ms, {}, "no AAAA"}, {0ms, {refusing()}}, 1h, 1h);
    ADD_FAILURE() << "nobody listens";
  } catch (const exception_group& errors) {
    ASSERT_EQ(errors.size(), 2u) << "attempts, then queries";
    EXPECT_TRUE(is_refused(errors.errors()[0]));
    EXPECT_TRUE(exception_group::is<std::runtime_error>(errors.errors()[1]));
  }
  EXPECT_THROW(race({1ms, {}}, {0ms, {}}), exception_group) << "no addresses at all";
}

TEST_F(Resolving, SixBeforeFourWithinTheResolutionDelay) {
  if (!has_ipv6()) GTEST_SKIP() << "no IPv6 on this machine's loopback";
  const auto six = listening(asio::ip::address_v6::loopback());
  const auto four = listening();
  EXPECT_EQ(race({10ms, {six}}, {0ms, {four}}, 1h, 1h).remote_endpoint(), six);
  EXPECT_EQ(race({10ms, {refusing(asio::ip::address_v6::loopback())}}, {0ms, {four}}, 1h, 1h)
                .remote_endpoint(),
            four);
}

TEST_F(Resolving, NamesOfTheSystem) {
  const auto good = listening();
  const std::string port = std::to_string(good.port());
  const std::size_t before = open_files();
  {
    tcp::socket won =
        heddle::run(context, happy_eyeballs_connect(context.get_executor(), "127.0.0.1", port,
                                                    happy_eyeballs_options{}));
    EXPECT_EQ(won.remote_endpoint(), good);
  }
  EXPECT_EQ(open_files(), before);
  tcp::socket by_name =
      heddle::run(context, happy_eyeballs_connect(context.get_executor(), "localhost", port));
  EXPECT_EQ(by_name.remote_endpoint().port(), good.port());
  EXPECT_THROW(heddle::run(context, happy_eyeballs_connect(context.get_executor(), "127.0.0.1",
                                                           "no-such-service")),
               exception_group);
}

}  // namespace
