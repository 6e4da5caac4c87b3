# The front door. Everything here works on a fresh Debian 12: what is missing is installed first, and
# once it is there no network is needed.
#
#   make check   explore the checks in properties/ and examples/ exhaustively
#   make test    every test, built with g++ and with clang
#   make asan    the unit tests of the search and the report under AddressSanitizer and UBSan
#   make lint    clang-format and clang-tidy
#   make soak    clients cancelled at random on a real Redis and a real PostgreSQL, which it starts,
#                and on a fake server; TIME=60 seconds each, SEED=1, SOAK= more options of soak.py
#   make bench   build and run the benchmarks
#   make nightly run or resume a night of long jobs (NIGHTLY: more options; docs/nightly.md)
#   make report BASE=COMMIT   is HEAD slower than that? (docs/regression-report.md)
#   make stress  every check on real threads under ThreadSanitizer, then the contracts under
#                AddressSanitizer and UBSan, then the soak; TIME=600 SEED=1, STRESS= more options of
#                stress.py
#   make litmus  litmus tests on this processor, beside what heddle allows; TIME=120 SEED=1
#   make clean

jobs := $(shell nproc)
ctest := ctest --output-on-failure --no-tests=error --parallel $(jobs)

.PHONY: check test asan lint bench nightly report stress litmus soak clean
.NOTPARALLEL:

check:
	scripts/install-dependencies check
	cmake --preset release
	cmake --build --preset release
	$(ctest) --test-dir build/release --label-regex '^check$$'

# One run of ctest over both build trees, so that its summary is one.
test:
	scripts/install-dependencies test
	cmake --preset release
	cmake --build --preset release
	cmake --preset release-clang
	cmake --build --preset release-clang
	mkdir -p build/both
	echo 'subdirs("../release" "../release-clang")' > build/both/CTestTestfile.cmake
	$(ctest) --test-dir build/both

asan:
	scripts/install-dependencies check
	cmake --preset asan
	cmake --build --preset asan
	$(ctest) --test-dir build/asan

lint:
	scripts/install-dependencies lint
	cmake --preset dev-clang
	scripts/lint build/dev-clang

bench:
	scripts/install-dependencies check
	cmake --preset release
	cmake --build --preset release --target heddle_benchmarks
	scripts/run-benchmarks build/release/bench

nightly:
	scripts/install-dependencies check
	cmake --preset release
	cmake --build --preset release
	scripts/run-nightly run $(NIGHTLY)

report:
	scripts/install-dependencies check
	python3 scripts/regression --base "$(BASE)" $(REPORT_OPTIONS)

# All parts are run, whatever the first finds. Servers that cannot be installed are skipped.
install_soak = scripts/install-dependencies soak || scripts/install-dependencies check
stress_time := $(or $(TIME),600)
stress = stress/runner/stress.py --build build/release --seed $(or $(SEED),1) $(STRESS)
soak = stress/soak/soak.py --build build/release --seed $(or $(SEED),1)
stress:
	$(install_soak)
	cmake --preset release
	cmake --build --preset release --target heddle_stress heddle_asan_contracts soak
	$(stress) --time $(stress_time); threads=$$?; \
	$(stress) --time $$(($(stress_time) / 4)) --sanitizer address --program 'contracts_*'; \
	memory=$$?; \
	$(soak) --seconds $$(($(stress_time) / 10)); servers=$$?; \
	[ $$threads = 0 ] && [ $$memory = 0 ] && [ $$servers = 0 ]

litmus:
	scripts/install-dependencies check
	cmake --preset release
	cmake --build --preset release --target hardware_litmus
	build/release/litmus/hardware_litmus --time $(or $(TIME),120) --seed $(or $(SEED),1)

soak:
	$(install_soak)
	cmake --preset release
	cmake --build --preset release --target soak
	$(soak) --seconds $(or $(TIME),60) $(SOAK)

clean:
	rm -rf build
