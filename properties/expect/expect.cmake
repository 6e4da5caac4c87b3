# Turns a table of expectations (see expect.py) into tests: one for each case of the target, named
# TARGET.CASE, with the label `check`. For check binaries one test more, TARGET.complete: the table
# and the binary name the same checks.
#
#   heddle_expect(TARGET <name> PROGRAM <path> TABLE <file> [WHOLE_PROGRAM] [PARTIAL])
#
# WHOLE_PROGRAM: the program has a main of its own. PARTIAL: the table names only some checks.
include_guard(GLOBAL)

function(heddle_expect)
  cmake_parse_arguments(PARSE_ARGV 0 arg "WHOLE_PROGRAM;PARTIAL" "TARGET;PROGRAM;TABLE" "")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${arg_TABLE})
  file(READ ${arg_TABLE} table)
  string(JSON count LENGTH "${table}" ${arg_TARGET})
  math(EXPR last "${count} - 1")
  set(command ${Python3_EXECUTABLE} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/expect.py --table ${arg_TABLE}
      --target ${arg_TARGET} --program ${arg_PROGRAM})
  set(tests "")
  foreach(index RANGE ${last})
    string(JSON case ERROR_VARIABLE absent GET "${table}" ${arg_TARGET} ${index} case)
    if(absent)
      string(JSON case GET "${table}" ${arg_TARGET} ${index} check)
    endif()
    string(JSON compilers ERROR_VARIABLE everywhere GET "${table}" ${arg_TARGET} ${index} compilers)
    if(NOT everywhere AND NOT compilers MATCHES "\"${CMAKE_CXX_COMPILER_ID}\"")
      continue()
    endif()
    add_test(NAME ${arg_TARGET}.${case} COMMAND ${command} --case ${case})
    list(APPEND tests ${arg_TARGET}.${case})
  endforeach()
  if(NOT arg_WHOLE_PROGRAM AND NOT arg_PARTIAL)
    add_test(NAME ${arg_TARGET}.complete COMMAND ${command} --complete)
    list(APPEND tests ${arg_TARGET}.complete)
  endif()
  set_tests_properties(${tests} PROPERTIES LABELS check TIMEOUT 400)
endfunction()

# Adds a check binary from its sources, with its tests.
#
#   heddle_add_checks(<target> TABLE <file> SOURCES <file>... [INCLUDES <folder>...] [PARTIAL])
function(heddle_add_checks target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "PARTIAL" "TABLE" "SOURCES;INCLUDES")
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE heddle::check)
  target_include_directories(${target} SYSTEM BEFORE PRIVATE ${arg_INCLUDES})
  # The checks include their own headers from the root of the repository.
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  # assert() is part of what is checked, in every build type.
  target_compile_options(${target} PRIVATE -UNDEBUG -Wall -Wextra)
  set(partial "")
  if(arg_PARTIAL)
    set(partial PARTIAL)
  endif()
  heddle_expect(TARGET ${target} PROGRAM $<TARGET_FILE:${target}> TABLE ${arg_TABLE} ${partial})
endfunction()
