// The switch between stacks, x86-64 System V. C++ view and the layout of a saved frame:
// fiber_switch.hpp.
//
// Between fibers the switch ends in `ret`, not in `pop; jmp`: fibers park at the same call site
// several calls deep, so that the processor's return stack, left balanced, predicts most returns of
// the fiber that goes on. A `jmp` leaves one entry too many on it and each return above is
// mispredicted (switch_deep in fiber_bench.cpp: 34 ns with `ret`, 47 with `jmp`). Between scheduler
// and fiber, where the call sites differ, it is the other way round (start_run_abandon: 62 and 49).
//
// mxcsr and the x87 control word belong to a fiber (fesetround in one must not leak into another);
// they are loaded only where they differ.
  .text

.macro save_frame
  pushq %rbp
  .cfi_adjust_cfa_offset 8
  pushq %rbx
  .cfi_adjust_cfa_offset 8
  pushq %r12
  .cfi_adjust_cfa_offset 8
  pushq %r13
  .cfi_adjust_cfa_offset 8
  pushq %r14
  .cfi_adjust_cfa_offset 8
  pushq %r15
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset %r15, 0
  .cfi_rel_offset %r14, 8
  .cfi_rel_offset %r13, 16
  .cfi_rel_offset %r12, 24
  .cfi_rel_offset %rbx, 32
  .cfi_rel_offset %rbp, 40
  subq $8, %rsp
  .cfi_adjust_cfa_offset 8
  stmxcsr (%rsp)
  fnstcw 4(%rsp)
  movl (%rsp), %eax
  movzwl 4(%rsp), %r8d
  movq %rsp, (%rdi)
.endm

.macro restore_registers
  addq $8, %rsp
  .cfi_adjust_cfa_offset -8
  popq %r15
  .cfi_adjust_cfa_offset -8
  .cfi_restore %r15
  popq %r14
  .cfi_adjust_cfa_offset -8
  .cfi_restore %r14
  popq %r13
  .cfi_adjust_cfa_offset -8
  .cfi_restore %r13
  popq %r12
  .cfi_adjust_cfa_offset -8
  .cfi_restore %r12
  popq %rbx
  .cfi_adjust_cfa_offset -8
  .cfi_restore %rbx
  popq %rbp
  .cfi_adjust_cfa_offset -8
  .cfi_restore %rbp
.endm

.macro switch_function name, writes_fs_base, jumps
  .balign 64
  .globl \name
  .hidden \name
  .type \name, @function
\name:
  .cfi_startproc
  save_frame
  movq %rsi, %rsp
  cmpl (%rsp), %eax
  jne 1f
  cmpw 4(%rsp), %r8w
  jne 1f
0:
  .cfi_remember_state
  restore_registers
.if \jumps
  popq %rcx
  .cfi_adjust_cfa_offset -8
  .cfi_register %rip, %rcx
.endif
.if \writes_fs_base
  wrfsbase %rdx
.endif
.if \jumps
  jmp *%rcx
.else
  ret
.endif
  .cfi_restore_state
1:
  ldmxcsr (%rsp)
  fldcw 4(%rsp)
  jmp 0b
  .cfi_endproc
  .size \name, . - \name
.endm

// void heddle_fiber_switch(void** save, void* load)
switch_function heddle_fiber_switch, 0, 0

// void heddle_fiber_switch_block(void** save, void* load, std::uintptr_t fs_base)
switch_function heddle_fiber_switch_block, 1, 0

// void heddle_fiber_cross(void** save, void* load, std::uintptr_t fs_base)
switch_function heddle_fiber_cross, 1, 1

// void heddle_fiber_resume(void* load): the second half of a switch; what ran before is gone, in
// whatever state it left the floating point unit.
  .balign 16
  .globl heddle_fiber_resume
  .hidden heddle_fiber_resume
  .type heddle_fiber_resume, @function
heddle_fiber_resume:
  .cfi_startproc
  movq %rdi, %rsp
  .cfi_def_cfa %rsp, 64
  .cfi_offset %rip, -8
  fninit
  ldmxcsr (%rsp)
  fldcw 4(%rsp)
  restore_registers
  ret
  .cfi_endproc
  .size heddle_fiber_resume, . - heddle_fiber_resume

// The first frame of every fiber: calls r13(r12). The undefined return address ends unwinding
// here, so that an exception without handler calls std::terminate at the throw, stack intact.
  .balign 16
  .globl heddle_fiber_entry
  .hidden heddle_fiber_entry
  .type heddle_fiber_entry, @function
heddle_fiber_entry:
  .cfi_startproc
  .cfi_undefined %rip
  movq %r12, %rdi
  call *%r13
  call heddle_fiber_returned
  ud2
  .cfi_endproc
  .size heddle_fiber_entry, . - heddle_fiber_entry

  .section .note.GNU-stack, "", @progbits
