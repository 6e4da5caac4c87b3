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
# -capture-tracking-max-uses-to-explore=0: clang leaves out every access to a local variable that it
# believes no other thread can know, and believes it of one whose address went into a lambda as its
# only capture (the address travels as an integer). With 0 it believes nothing.
set(HEDDLE_CLANG_FLAGS -fsanitize=thread -mllvm -tsan-instrument-read-before-write
    -mllvm -capture-tracking-max-uses-to-explore=0 -fno-vectorize -fno-slp-vectorize)
