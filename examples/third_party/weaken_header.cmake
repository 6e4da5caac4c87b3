# A copy of a system header in which one place is changed, so that a check can show that heddle
# notices. The change is made by text, and must apply exactly once: a new version of the header that
# no longer has the place stops the build here instead of passing unchanged.
#
#   heddle_weakened_header(HEADER <path below an include folder> FOLDER <of the copy>
#                          FROM <text> TO <text> [BESIDE <header>...])
#
# BESIDE: headers that the header includes from its own folder, copied as they are.
include_guard(GLOBAL)

function(heddle_weakened_header)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "HEADER;FOLDER;FROM;TO" "BESIDE")
  find_path(root ${arg_HEADER} NO_CACHE REQUIRED)
  set(original ${root}/${arg_HEADER})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${original})
  file(READ ${original} text)
  string(FIND "${text}" "${arg_FROM}" first)
  string(FIND "${text}" "${arg_FROM}" last REVERSE)
  if(first EQUAL -1)
    message(FATAL_ERROR "${original} has no place that reads:\n${arg_FROM}")
  endif()
  if(NOT first EQUAL last)
    message(FATAL_ERROR "${original} has more than one place that reads:\n${arg_FROM}")
  endif()
  string(REPLACE "${arg_FROM}" "${arg_TO}" text "${text}")
  set(copy ${arg_FOLDER}/${arg_HEADER})
  set(before "")
  if(EXISTS ${copy})
    file(READ ${copy} before)
  endif()
  if(NOT before STREQUAL text)  # else nothing is compiled again for nothing
    file(WRITE ${copy} "${text}")
  endif()
  get_filename_component(folder ${arg_HEADER} DIRECTORY)
  foreach(header IN LISTS arg_BESIDE)
    configure_file(${root}/${folder}/${header} ${arg_FOLDER}/${folder}/${header} COPYONLY)
  endforeach()
endfunction()
