// What a program calls at its instrumented points, with a chance to be held up first.
//
// called F    the linker's --wrap=F sends every call of F in the program's objects to __wrap_F
// replaced F  the program has an F of its own, which shared libraries call, too: std::mutex locks in
//             the program, but std::condition_variable waits in libstdc++.so
//
// Both hold the thread up and then jump, arguments, stack and return address as they were, to what
// F was meant to be. A jump, not a call: the sanitizers take their caller's address for reports.
// Which functions F are is said in points.cmake; CMake makes the list that is included here.

.macro keep register
  push \register
  .cfi_adjust_cfa_offset 8
.endm
.macro give_back register
  pop \register
  .cfi_adjust_cfa_offset -8
.endm
// Seven registers and the return address: the stack is aligned.
.macro keep_arguments
  keep %rax
  keep %rdi
  keep %rsi
  keep %rdx
  keep %rcx
  keep %r8
  keep %r9
.endm
.macro give_arguments_back
  give_back %r9
  give_back %r8
  give_back %rcx
  give_back %rdx
  give_back %rsi
  give_back %rdi
  give_back %rax
.endm

.macro called name
  .text
  .globl __wrap_\name
  .type __wrap_\name, @function
__wrap_\name:
  .cfi_startproc
  keep_arguments
  call heddle_stress_point
  give_arguments_back
  jmp __real_\name@PLT
  .cfi_endproc
  .size __wrap_\name, . - __wrap_\name
.endm

.macro replaced name
  .text
  .globl \name
  .type \name, @function
\name:
  .cfi_startproc
  keep_arguments
  lea 1f(%rip), %rdi
  mov __interceptor_\name@GOTPCREL(%rip), %rsi  // the sanitizer's, if it has one
  lea 2f(%rip), %rdx
  call heddle_stress_replaced
  give_arguments_back
  jmp *2f(%rip)
  .cfi_endproc
  .size \name, . - \name
  .weak __interceptor_\name
  .section .rodata
1: .asciz "\name"
  .bss
  .balign 8
2: .quad 0
.endm

#include HEDDLE_STRESS_POINTS

  .section .note.GNU-stack, "", @progbits
