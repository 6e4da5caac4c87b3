# Run by heddle_discover_checks after `program` was built: writes one ctest test per check.
execute_process(COMMAND "${program}" --list
  OUTPUT_VARIABLE names ERROR_VARIABLE complaint RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${program} --list ended with status ${status}:\n${names}${complaint}")
endif()

# Each word in brackets: names and arguments may hold anything.
macro(append_words variable)
  foreach(word IN ITEMS ${ARGN})
    string(APPEND ${variable} " [==[${word}]==]")
  endforeach()
endmacro()

string(REPLACE "\n" ";" names "${names}")
set(text "")
foreach(name IN LISTS names)
  if(name STREQUAL "")
    continue()
  endif()
  set(command "")
  append_words(command "${program}" --filter "${name}")
  foreach(word IN LISTS arguments)
    append_words(command "${word}")
  endforeach()
  set(settings "")
  foreach(word IN LISTS properties)
    append_words(settings "${word}")
  endforeach()
  string(APPEND text "add_test([==[${prefix}${name}]==]${command})\n"
    "set_tests_properties([==[${prefix}${name}]==] PROPERTIES SKIP_RETURN_CODE 77${settings})\n")
endforeach()
file(WRITE "${output}" "${text}")
