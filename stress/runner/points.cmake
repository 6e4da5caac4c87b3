# The functions before which a thread may be held up: all of them take integers and pointers only.
# points.S says what is done with each list.
set(HEDDLE_STRESS_REPLACED
  pthread_cond_broadcast pthread_cond_clockwait pthread_cond_signal pthread_cond_timedwait
  pthread_cond_wait pthread_mutex_lock pthread_mutex_trylock pthread_mutex_unlock pthread_once
  pthread_rwlock_rdlock pthread_rwlock_unlock pthread_rwlock_wrlock pthread_spin_lock
  pthread_spin_unlock sem_post sem_wait)

# Of ThreadSanitizer's runtime.
set(HEDDLE_STRESS_CALLED "")
foreach(bits IN ITEMS 8 16 32 64 128)
  foreach(operation IN ITEMS load store exchange fetch_add fetch_sub fetch_and fetch_or fetch_xor
                             fetch_nand compare_exchange_strong compare_exchange_weak
                             compare_exchange_val)
    list(APPEND HEDDLE_STRESS_CALLED __tsan_atomic${bits}_${operation})
  endforeach()
endforeach()
foreach(bytes IN ITEMS 1 2 4 8 16)
  list(APPEND HEDDLE_STRESS_CALLED __tsan_read${bytes} __tsan_write${bytes})
endforeach()

# heddle_stress_points(<library> CALLED <function>... REPLACED <function>...)
function(heddle_stress_points library)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "CALLED;REPLACED")
  set(text "")
  foreach(point IN LISTS arg_CALLED)
    string(APPEND text "called ${point}\n")
  endforeach()
  foreach(point IN LISTS arg_REPLACED)
    string(APPEND text "replaced ${point}\n")
  endforeach()
  set(list "${CMAKE_CURRENT_BINARY_DIR}/${library}.inc")
  file(CONFIGURE OUTPUT "${list}" CONTENT "${text}")
  set_source_files_properties(points.S PROPERTIES OBJECT_DEPENDS "${list}")
  target_compile_definitions(${library} PRIVATE HEDDLE_STRESS_POINTS="${list}")
endfunction()
