# The front door. Everything here works on a fresh Debian 12: what is missing is installed first, and
# once it is there no network is needed.
#
#   make check   explore the checks in properties/ and examples/ exhaustively
#   make test    every test, built with g++ and with clang
#   make asan    the unit tests of the search and the report under AddressSanitizer and UBSan
#   make lint    clang-format and clang-tidy
#   make soak    clients cancelled at random for a minute (SOAK="--redis HOST:PORT" and the like)
#   make bench   build and run the benchmarks
#   make clean

jobs := $(shell nproc)
ctest := ctest --output-on-failure --no-tests=error --parallel $(jobs)

.PHONY: check test asan lint bench soak clean
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

soak:
	scripts/install-dependencies check
	cmake --preset release
	cmake --build --preset release --target soak
	build/release/soak/soak --seconds 60 $(SOAK)

clean:
	rm -rf build
