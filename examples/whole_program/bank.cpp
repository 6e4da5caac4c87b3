// A whole C++ program with its own main(), its arguments and its output, and nothing of heddle in
// it: two tellers transfer money between the same two accounts, in opposite directions. The
// argument says how they lock the accounts: "ordered" (the default), "crossed" (each locks the
// account it takes from first: they can wait for each other for ever) or "unlocked" (a data race).
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <thread>

namespace {

struct account {
  std::mutex mutex;
  int balance = 100;
};

enum class discipline { ordered, crossed, unlocked };

void transfer(account& from, account& to, int amount, discipline how) {
  switch (how) {
    case discipline::ordered: {
      const bool ascending = &from < &to;
      std::lock_guard first(ascending ? from.mutex : to.mutex);
      std::lock_guard second(ascending ? to.mutex : from.mutex);
      from.balance -= amount;
      to.balance += amount;
      return;
    }
    case discipline::crossed: {
      std::lock_guard first(from.mutex);
      std::lock_guard second(to.mutex);
      from.balance -= amount;
      to.balance += amount;
      return;
    }
    case discipline::unlocked:
      from.balance -= amount;
      to.balance += amount;
      return;
  }
}

discipline parse(std::string_view word) {
  if (word == "ordered") return discipline::ordered;
  if (word == "crossed") return discipline::crossed;
  if (word == "unlocked") return discipline::unlocked;
  std::fprintf(stderr, "usage: bank [ordered|crossed|unlocked]\n");
  std::exit(2);
}

}  // namespace

int main(int argc, char** argv) {
  const discipline how = parse(argc > 1 ? argv[1] : "ordered");
  account alice, bob;
  std::thread teller([&] { transfer(alice, bob, 10, how); });
  transfer(bob, alice, 20, how);
  teller.join();
  std::printf("%d and %d\n", alice.balance, bob.balance);
  if (alice.balance != 110 || bob.balance != 90) std::abort();
  return 0;
}
