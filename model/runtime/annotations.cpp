// The annotations that libraries make for ThreadSanitizer when they see that they are compiled for
// it. They claim synchronisation; heddle judges by what the program does, so to believe them would
// be to miss what they hide. They do nothing; their arguments are not even looked at.
extern "C" {

void __tsan_acquire() {}
void __tsan_release() {}
void __tsan_mutex_create() {}
void __tsan_mutex_destroy() {}
void __tsan_mutex_pre_lock() {}
void __tsan_mutex_post_lock() {}
void __tsan_mutex_post_unlock() {}
void __tsan_mutex_pre_signal() {}
void __tsan_mutex_post_signal() {}
void __tsan_mutex_pre_divert() {}
void __tsan_mutex_post_divert() {}
void __tsan_destroy_fiber() {}
void __tsan_switch_to_fiber() {}
void __tsan_set_fiber_name() {}
void __tsan_external_assign_tag() {}
void __tsan_external_read() {}
void __tsan_external_write() {}
void __tsan_external_register_header() {}
void __tsan_ignore_thread_begin() {}
void __tsan_ignore_thread_end() {}
void __tsan_check_no_mutexes_held() {}
void __tsan_flush_memory() {}
void AnnotateHappensBefore() {}
void AnnotateHappensAfter() {}
void AnnotateRWLockCreate() {}
void AnnotateRWLockCreateStatic() {}
void AnnotateRWLockDestroy() {}
void AnnotateRWLockAcquired() {}
void AnnotateRWLockReleased() {}
void AnnotateBenignRace() {}
void AnnotateBenignRaceSized() {}
void AnnotateIgnoreReadsBegin() {}
void AnnotateIgnoreReadsEnd() {}
void AnnotateIgnoreWritesBegin() {}
void AnnotateIgnoreWritesEnd() {}
void AnnotateIgnoreSyncBegin() {}
void AnnotateIgnoreSyncEnd() {}
void AnnotateEnableRaceDetection() {}
void AnnotateCondVarWait() {}
void AnnotateCondVarSignal() {}
void AnnotateCondVarSignalAll() {}
void AnnotateMutexIsNotPHB() {}
void AnnotateMutexIsUsedAsCondVar() {}
void AnnotatePublishMemoryRange() {}
void AnnotateUnpublishMemoryRange() {}
void AnnotateNewMemory() {}
void AnnotateTraceMemory() {}
void AnnotatePCQCreate() {}
void AnnotatePCQDestroy() {}
void AnnotatePCQPut() {}
void AnnotatePCQGet() {}
void AnnotateExpectRace() {}
void AnnotateFlushExpectedRaces() {}
void AnnotateFlushState() {}
void AnnotateThreadName() {}
void AnnotateNoOp() {}
void WTFAnnotateHappensBefore() {}
void WTFAnnotateHappensAfter() {}
void WTFAnnotateBenignRaceSized() {}

void* __tsan_get_current_fiber() { return nullptr; }
void* __tsan_create_fiber() { return nullptr; }
void* __tsan_external_register_tag() { return nullptr; }
int __tsan_mutex_pre_unlock() { return 0; }
int RunningOnValgrind() { return 0; }

}  // extern "C"
