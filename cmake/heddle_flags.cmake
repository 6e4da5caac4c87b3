# The flags with which a program is compiled so that heddle sees everything it does. The one list of
# them: the CMake target heddle::check and the compile drivers both take it from here. They are for
# compiling only; the link must not see -fsanitize=thread, which would bring ThreadSanitizer's own
# runtime.

# -fno-builtin: GCC expands memcpy and memset of constant size inline, without telling anybody.
# -Wno-tsan: GCC warns of fences, which ThreadSanitizer ignores; heddle does not.
set(HEDDLE_GNU_FLAGS -fsanitize=thread -fno-builtin -Wno-tsan)

# -tsan-instrument-read-before-write: else clang leaves out the read of x++.
# -fno-vectorize, -fno-slp-vectorize: clang instruments after vectorising, and not at all what is
# wider than 16 bytes.
set(HEDDLE_CLANG_FLAGS -fsanitize=thread -mllvm -tsan-instrument-read-before-write
    -fno-vectorize -fno-slp-vectorize)
