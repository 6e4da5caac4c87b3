#[[
heddle_discover_checks(target
                       [PREFIX prefix]           # of the tests' names; default "<target>."
                       [ARGUMENTS argument…]     # for each run, such as --memory-model rc11
                       [PROPERTIES name value…]) # of the tests, as for set_tests_properties

Makes a ctest test of each HEDDLE_CHECK in `target`, found by running it with --list whenever it has
been built. A check that heddle could not finish (exit status 77) counts as skipped, not as passed.
]]
function(heddle_discover_checks target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PREFIX" "ARGUMENTS;PROPERTIES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "heddle_discover_checks: what is ${arg_UNPARSED_ARGUMENTS}?")
  endif()
  if(NOT TARGET ${target})
    message(FATAL_ERROR "heddle_discover_checks: there is no target ${target}")
  endif()
  if(NOT DEFINED arg_PREFIX)
    set(arg_PREFIX "${target}.")
  endif()

  # Several calls for one target, with different arguments, each have their own file.
  get_property(calls TARGET ${target} PROPERTY heddle_discover_calls)
  math(EXPR calls "0${calls} + 1")
  set_property(TARGET ${target} PROPERTY heddle_discover_calls ${calls})
  set(base "${CMAKE_CURRENT_BINARY_DIR}/${target}_checks_${calls}")

  add_custom_command(TARGET ${target} POST_BUILD
    BYPRODUCTS "${base}_tests.cmake"
    COMMAND "${CMAKE_COMMAND}"
            -D "program=$<TARGET_FILE:${target}>"
            -D "prefix=${arg_PREFIX}"
            -D "arguments=${arg_ARGUMENTS}"
            -D "properties=${arg_PROPERTIES}"
            -D "output=${base}_tests.cmake"
            -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/heddle_list_checks.cmake"
    VERBATIM)
  file(WRITE "${base}_include.cmake"
    "if(EXISTS [==[${base}_tests.cmake]==])\n"
    "  include([==[${base}_tests.cmake]==])\n"
    "else()\n"
    "  add_test([==[${target}_NOT_BUILT]==] [==[${target}_NOT_BUILT]==])\n"
    "endif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${base}_include.cmake")
endfunction()
