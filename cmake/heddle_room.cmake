# heddle_room(name FOLDERS folder… [LINK library…])
#   The library heddle_<name> of all sources in the folders, without tests and benchmarks; fused.
# heddle_room_tests(FOLDERS folder… LINK library…)
#   For each *_test.cpp an executable and a ctest test of the label "unit"; for each *_bench.cpp an
#   executable that belongs to the build target heddle_benchmarks.

# What tests of gtest are compiled with: most of the time would go to optimising what runs once, and
# the code under test has the flags of its library.
set(heddle_test_options -O1 -g1)

# heddle_fused(target)
#   A library that becomes a part of libheddle.a. A few files are compiled as one: most of the time
#   goes to the headers and templates that they share.
function(heddle_fused target)
  set_target_properties(${target} PROPERTIES
    UNITY_BUILD ${HEDDLE_UNITY_BUILD} UNITY_BUILD_BATCH_SIZE 10)
  # std::string's functions are compiled into heddle, not taken from libstdc++'s shared library:
  # there they would call an operator new that the program may have replaced (see fuse_objects).
  target_compile_definitions(${target} PRIVATE _GLIBCXX_EXTERN_TEMPLATE=0)
endfunction()

function(heddle_room name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "FOLDERS;LINK")
  set(sources "")
  foreach(folder IN LISTS arg_FOLDERS)
    file(GLOB found CONFIGURE_DEPENDS "${folder}/*.cpp" "${folder}/*.S")
    list(APPEND sources ${found})
  endforeach()
  list(FILTER sources EXCLUDE REGEX "_(test|bench)\\.cpp$")
  if(NOT sources)
    add_library(heddle_${name} INTERFACE)
    target_link_libraries(heddle_${name} INTERFACE ${arg_LINK})
    return()
  endif()
  add_library(heddle_${name} STATIC ${sources})
  heddle_fused(heddle_${name})
  target_include_directories(heddle_${name}
    PUBLIC "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/model/include")
  target_link_libraries(heddle_${name} PUBLIC ${arg_LINK} PRIVATE fmt::fmt-header-only)
endfunction()

function(heddle_room_tests)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FOLDERS;LINK")
  foreach(folder IN LISTS arg_FOLDERS)
    file(GLOB tests CONFIGURE_DEPENDS "${folder}/*_test.cpp")
    file(GLOB benchmarks CONFIGURE_DEPENDS "${folder}/*_bench.cpp")
    if(HEDDLE_TESTS)
      foreach(source IN LISTS tests)
        get_filename_component(name "${source}" NAME_WE)
        heddle_add_program(${name} "${source}" "${arg_LINK}" GTest::gtest_main)
        target_compile_options(${name} PRIVATE ${heddle_test_options})
        add_test(NAME ${folder}.${name} COMMAND ${name})
        set_tests_properties(${folder}.${name} PROPERTIES LABELS unit)
      endforeach()
    endif()
    if(HEDDLE_BENCHMARKS)
      foreach(source IN LISTS benchmarks)
        get_filename_component(name "${source}" NAME_WE)
        heddle_add_program(${name} "${source}" "${arg_LINK}" benchmark::benchmark_main)
        set_target_properties(${name} PROPERTIES
          RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bench")
        add_dependencies(heddle_benchmarks ${name})
      endforeach()
    endif()
  endforeach()
endfunction()

function(heddle_add_program name source libraries main)
  add_executable(${name} "${source}")
  # The rooms' tests may use the litmus programs of model/testing, where that is built.
  target_link_libraries(${name} PRIVATE
    $<TARGET_NAME_IF_EXISTS:heddle_testing> ${libraries} fmt::fmt-header-only ${main})
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/test")
endfunction()
