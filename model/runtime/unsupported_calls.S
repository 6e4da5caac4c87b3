// Functions of the C library that heddle must not let the program call unseen, x86-64 System V.
// What happens to each is decided in unsupported_calls.cpp.
//
// Each is a global function here, which hides the C library's from the program and from the
// libraries. Outside the program (heddle_inside is 0) it jumps to the real one, which finds all
// registers and the stack as the caller left them: so it works for any signature, for variadic
// functions, and for vfork. The real one is looked up at the first call.
//
// An entry: the real function (8 bytes, 0 until it is looked up), what to do (8 bytes, an `action`
// of unsupported_calls.cpp), the symbol's name and the name for people (strings, one after the
// other; the latter is empty if they are the same).

// The same numbers as `action` in unsupported_calls.cpp.
  .set act_unmodelled, 0
  .set act_clock, 1
  .set act_random, 2
  .set act_process, 3
  .set act_io, 4
  .set act_signal, 5
  .set act_context, 6
  .set act_mapping, 7
  .set act_exit, 8
  .set act_yield, 9
  .set act_system_call, 10
  .set act_read, 11
  .set act_write, 12
  .set act_handler, 13
  .set act_handler_struct, 14

.macro divert action, name, shown=""
  .text
  .balign 16
  .globl \name
  .type \name, @function
\name:
  .cfi_startproc
  leaq .Lentry_\name(%rip), %r11
  cmpb $0, heddle_inside(%rip)
  jne heddle_divert_slowly
  cmpq $0, (%r11)
  je heddle_divert_slowly
  jmp *(%r11)
  .cfi_endproc
  .size \name, . - \name

  .section heddle_diverted, "aw", @progbits
  .balign 8
.Lentry_\name:
  .quad 0
  .long \action, 0
  .asciz "\name"
  .asciz "\shown"
.endm

.macro divert_all action, names:vararg
  .irp name, \names
  divert \action, \name
  .endr
.endm

// r11: the entry. Asks heddle_diverted_call(entry, arguments), and goes to the real
// function if it says so, else returns what it left in place of the first argument.
  .text
  .balign 16
  .type heddle_divert_slowly, @function
heddle_divert_slowly:
  .cfi_startproc
  pushq %rbp
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset %rbp, 0
  movq %rsp, %rbp
  .cfi_def_cfa_register %rbp
  subq $208, %rsp
  movq %rdi, (%rsp)
  movq %rsi, 8(%rsp)
  movq %rdx, 16(%rsp)
  movq %rcx, 24(%rsp)
  movq %r8, 32(%rsp)
  movq %r9, 40(%rsp)
  movq %rax, 48(%rsp)
  movq %r11, 56(%rsp)
  movq %r10, 64(%rsp)
  movaps %xmm0, 80(%rsp)
  movaps %xmm1, 96(%rsp)
  movaps %xmm2, 112(%rsp)
  movaps %xmm3, 128(%rsp)
  movaps %xmm4, 144(%rsp)
  movaps %xmm5, 160(%rsp)
  movaps %xmm6, 176(%rsp)
  movaps %xmm7, 192(%rsp)
  movq %r11, %rdi
  movq %rsp, %rsi
  call heddle_diverted_call
  testb %al, %al
  je 1f
  movq (%rsp), %rdi
  movq 8(%rsp), %rsi
  movq 16(%rsp), %rdx
  movq 24(%rsp), %rcx
  movq 32(%rsp), %r8
  movq 40(%rsp), %r9
  movq 48(%rsp), %rax
  movq 56(%rsp), %r11
  movq 64(%rsp), %r10
  movaps 80(%rsp), %xmm0
  movaps 96(%rsp), %xmm1
  movaps 112(%rsp), %xmm2
  movaps 128(%rsp), %xmm3
  movaps 144(%rsp), %xmm4
  movaps 160(%rsp), %xmm5
  movaps 176(%rsp), %xmm6
  movaps 192(%rsp), %xmm7
  .cfi_remember_state
  leave
  .cfi_def_cfa %rsp, 8
  .cfi_restore %rbp
  jmp *(%r11)
  .cfi_restore_state
1:
  movq (%rsp), %rax
  leave
  .cfi_def_cfa %rsp, 8
  .cfi_restore %rbp
  ret
  .cfi_endproc
  .size heddle_divert_slowly, . - heddle_divert_slowly

divert_all act_unmodelled, sem_open, pthread_cancel, pthread_kill, \
  pthread_sigqueue
divert act_unmodelled, __register_atfork, pthread_atfork

divert_all act_yield, sched_yield, thrd_yield
divert_all act_system_call, syscall

divert_all act_clock, times, ftime
divert_all act_random, initstate, setstate, random_r, srandom_r, seed48, lcong48

divert_all act_process, fork, _Fork, vfork, clone, unshare, daemon, posix_spawn, posix_spawnp, \
  system, popen, execl, execle, execlp, execv, execve, execvp, execvpe, fexecve, wait, waitpid, \
  waitid, wait3, wait4, ptrace
divert_all act_io, poll, ppoll, select, pselect, epoll_wait, epoll_pwait, epoll_pwait2, accept, \
  accept4, connect, recv, recvfrom, recvmsg, recvmmsg, send, sendto, sendmsg, sendmmsg, sendfile, \
  splice, eventfd_read, eventfd_write, msgrcv, msgsnd, semop, mq_receive, mq_send, aio_read, \
  aio_write, aio_suspend, lio_listio
divert_all act_read, read, readv, __read_chk
divert_all act_write, write, writev

divert_all act_signal, kill, killpg, sigqueue, sigwait, sigwaitinfo, sigtimedwait, pause, \
  sigsuspend, alarm, ualarm, setitimer, timer_create, timer_settime, timerfd_create, \
  timerfd_settime, signalfd, sigaltstack
divert_all act_handler, signal, bsd_signal, sysv_signal, sigset
divert_all act_handler_struct, sigaction

divert_all act_context, getcontext, setcontext, makecontext, swapcontext
divert_all act_mapping, mmap, mmap64, munmap, mprotect, mremap, shmat, shm_open, brk, sbrk
divert_all act_exit, err, errx, verr, verrx, error, error_at_line

  .section .note.GNU-stack, "", @progbits
