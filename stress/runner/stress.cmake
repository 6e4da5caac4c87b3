# heddle_add_stress(<target> [TABLE <file>] SOURCES <file>...)
#
# For a program of HEDDLE_CHECKs, from its very object files, <target>_stress: the same checks on
# real threads under the compiler's own ThreadSanitizer. And <target>_asan: its sources once more,
# under AddressSanitizer and UBSan. Neither is built by default, but by name or by the targets
# heddle_stress and heddle_asan (heddle_asan_contracts: the contracts of the primitives). TABLE:
# what heddle says of the checks (properties/expect).
#
# stress.py runs them; it finds them by the files in <build>/stress/programs.
include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/points.cmake")

add_custom_target(heddle_stress)
add_custom_target(heddle_asan)
add_custom_target(heddle_asan_contracts)

function(heddle_add_stress target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TABLE" "SOURCES")
  # Here, since it is called from other folders, which do not have its variables.
  include("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/points.cmake")
  add_executable(${target}_stress EXCLUDE_FROM_ALL $<TARGET_OBJECTS:${target}>
    $<TARGET_OBJECTS:heddle_stress_thread> $<TARGET_OBJECTS:heddle_stress_common>
    $<TARGET_OBJECTS:heddle_stress_main>)
  target_link_options(${target}_stress PRIVATE -fsanitize=thread "LINKER:--wrap=__assert_fail")
  foreach(point IN LISTS HEDDLE_STRESS_CALLED)
    target_link_options(${target}_stress PRIVATE "LINKER:--wrap=${point}")
  endforeach()
  # What it finds is handed to the checker.
  add_dependencies(${target}_stress ${target})
  add_dependencies(heddle_stress ${target}_stress)

  add_executable(${target}_asan EXCLUDE_FROM_ALL ${arg_SOURCES}
    $<TARGET_OBJECTS:heddle_stress_address> $<TARGET_OBJECTS:heddle_stress_common>
    $<TARGET_OBJECTS:heddle_stress_main>)
  target_include_directories(${target}_asan
    PRIVATE $<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>)
  target_compile_definitions(${target}_asan
    PRIVATE $<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>)
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=undefined)
  target_compile_options(${target}_asan
    PRIVATE -g -O1 -fno-omit-frame-pointer -UNDEBUG $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
            ${sanitizers})
  if(target MATCHES "_release$")
    target_compile_options(${target}_asan PRIVATE -DNDEBUG)
  endif()
  target_link_options(${target}_asan PRIVATE ${sanitizers} "LINKER:--wrap=__assert_fail")
  add_dependencies(${target}_asan ${target})
  add_dependencies(heddle_asan ${target}_asan)
  if(target MATCHES "^contracts_")
    add_dependencies(heddle_asan_contracts ${target}_asan)
  endif()

  set_target_properties(${target}_stress ${target}_asan PROPERTIES
    LINKER_LANGUAGE CXX RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/stress")
  foreach(program IN ITEMS ${target}_stress ${target}_asan)
    # What the checks use, but not heddle.
    target_link_libraries(${program} PRIVATE pthread atomic
      $<FILTER:$<TARGET_PROPERTY:${target},LINK_LIBRARIES>,EXCLUDE,^heddle::>)
  endforeach()
  file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/stress/programs/${target}.json" CONTENT
"{\"name\": \"${target}\",
 \"check\": \"$<TARGET_FILE:${target}>\",
 \"thread\": \"$<TARGET_FILE:${target}_stress>\",
 \"address\": \"$<TARGET_FILE:${target}_asan>\",
 \"table\": \"${arg_TABLE}\",
 \"objects\": [\"$<JOIN:$<TARGET_OBJECTS:${target}>,\", \">\"]}
")
endfunction()
