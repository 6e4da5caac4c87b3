// C11 <threads.h>.
#include <threads.h>

#include <ctime>
#include <heddle/check.hpp>

namespace {

struct account {
  mtx_t mutex;
  cnd_t changed;
  int balance = 0;
};

account bank;

int deposit(void*) {
  mtx_lock(&bank.mutex);
  bank.balance += 10;
  cnd_signal(&bank.changed);
  mtx_unlock(&bank.mutex);
  return 7;
}

void open_account() {
  mtx_init(&bank.mutex, mtx_plain);
  cnd_init(&bank.changed);
}

HEDDLE_CHECK(c11_condition) {
  open_account();
  thrd_t thread;
  heddle::require(thrd_create(&thread, deposit, nullptr) == thrd_success);
  mtx_lock(&bank.mutex);
  while (bank.balance == 0) cnd_wait(&bank.changed, &bank.mutex);
  mtx_unlock(&bank.mutex);
  int result = 0;
  heddle::require(thrd_join(thread, &result) == thrd_success && result == 7);
  cnd_destroy(&bank.changed);
  mtx_destroy(&bank.mutex);
}

HEDDLE_CHECK(c11_condition_not_tested) {
  open_account();
  thrd_t thread;
  thrd_create(&thread, deposit, nullptr);
  mtx_lock(&bank.mutex);
  cnd_wait(&bank.changed, &bank.mutex);
  mtx_unlock(&bank.mutex);
  thrd_join(thread, nullptr);
}

HEDDLE_CHECK(c11_timed) {
  open_account();
  timespec end;
  timespec_get(&end, TIME_UTC);
  end.tv_sec += 5;
  mtx_lock(&bank.mutex);
  heddle::require(cnd_timedwait(&bank.changed, &bank.mutex, &end) == thrd_timedout);
  timespec now;
  timespec_get(&now, TIME_UTC);
  heddle::require(now.tv_sec >= end.tv_sec);
  mtx_unlock(&bank.mutex);
  const timespec pause{1, 0};
  heddle::require(thrd_sleep(&pause, nullptr) == 0);
}

int unlocked(void*) {
  ++bank.balance;
  return 0;
}

HEDDLE_CHECK(c11_race) {
  thrd_t thread;
  thrd_create(&thread, unlocked, nullptr);
  ++bank.balance;
  thrd_join(thread, nullptr);
}

once_flag once = ONCE_FLAG_INIT;
int initialised = 0;
tss_t key;
int cleaned = 0;

int use_once_and_key(void*) {
  call_once(&once, [] { ++initialised; });
  tss_set(key, &initialised);
  heddle::require(tss_get(key) == &initialised);
  thrd_exit(3);
}

HEDDLE_CHECK(c11_once_and_keys) {
  tss_create(&key, [](void*) { ++cleaned; });
  thrd_t thread;
  thrd_create(&thread, use_once_and_key, nullptr);
  call_once(&once, [] { ++initialised; });
  int result = 0;
  thrd_join(thread, &result);
  heddle::require(initialised == 1 && cleaned == 1 && result == 3);
  heddle::require(tss_get(key) == nullptr);
  tss_delete(key);
}

}  // namespace
