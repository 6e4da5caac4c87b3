# What a user's program links: libheddle.a, made of all rooms; libheddle_main.a, with a main() for
# programs of HEDDLE_CHECKs; libheddle_whole_program.a, for programs with a main() of their own.
set(rooms heddle_heart heddle_diagnose heddle_report heddle_runtime heddle_driver)
set(objects "")
foreach(room IN LISTS rooms)
  get_target_property(type ${room} TYPE)
  if(NOT type STREQUAL "INTERFACE_LIBRARY")
    list(APPEND objects $<TARGET_OBJECTS:${room}>)
  endif()
endforeach()

set(fuse_script "${PROJECT_SOURCE_DIR}/cmake/fuse_objects")
set(fused_object "${CMAKE_CURRENT_BINARY_DIR}/heddle.o")
add_custom_command(OUTPUT "${fused_object}"
  COMMAND "${fuse_script}" "${fused_object}" ${objects}
  DEPENDS "${fuse_script}" ${objects} ${rooms}
  COMMENT "Fusing heddle's objects"
  COMMAND_EXPAND_LISTS VERBATIM)

add_library(heddle STATIC "${fused_object}")
set_source_files_properties("${fused_object}" PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
set_target_properties(heddle PROPERTIES LINKER_LANGUAGE CXX)
add_library(heddle::heddle ALIAS heddle)

add_library(heddle_main STATIC driver/main.cpp)
set_target_properties(heddle_main PROPERTIES EXPORT_NAME main)
add_library(heddle::main ALIAS heddle_main)
add_library(heddle_whole_program STATIC driver/start_main.cpp)
foreach(driver IN ITEMS heddle-cc heddle-c++)
  # They are of no use without the libraries.
  add_dependencies(${driver} heddle heddle_whole_program)
endforeach()

# heddle::explore: for programs with a main(), such as a test framework's, that call heddle::explore.
add_library(heddle_explore INTERFACE)
set_target_properties(heddle_explore PROPERTIES EXPORT_NAME explore)
add_library(heddle::explore ALIAS heddle_explore)
target_include_directories(heddle_explore INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/model/include>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(heddle_explore INTERFACE cxx_std_20)
list(JOIN HEDDLE_GNU_FLAGS " " gnu_flags)
list(JOIN HEDDLE_CLANG_FLAGS " " clang_flags)
target_compile_options(heddle_explore INTERFACE -g
  "$<$<COMPILE_LANG_AND_ID:C,GNU>:SHELL:${gnu_flags}>"
  "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:SHELL:${gnu_flags}>"
  "$<$<COMPILE_LANG_AND_ID:C,Clang>:SHELL:${clang_flags}>"
  "$<$<COMPILE_LANG_AND_ID:CXX,Clang>:SHELL:${clang_flags}>")
# A project may have -fsanitize=thread in CMAKE_CXX_FLAGS: the link must not see it.
target_link_options(heddle_explore INTERFACE -fno-sanitize=thread)
# Whole, since nothing in a program names the functions that heddle puts in place of others'.
# libdw names addresses; libatomic has GCC's atomic operations on 16 bytes.
target_link_libraries(heddle_explore INTERFACE
  "$<LINK_LIBRARY:WHOLE_ARCHIVE,heddle::heddle>" dw atomic pthread)

# heddle::check: for programs of HEDDLE_CHECKs.
add_library(heddle_check INTERFACE)
set_target_properties(heddle_check PROPERTIES EXPORT_NAME check)
add_library(heddle::check ALIAS heddle_check)
target_link_libraries(heddle_check INTERFACE heddle_explore heddle_main)

install(TARGETS heddle heddle_main heddle_whole_program heddle_explore heddle_check
        EXPORT heddle_targets)
install(DIRECTORY include/heddle DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")

include(CMakePackageConfigHelpers)
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/heddle")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/heddle_config.cmake.in"
  "${CMAKE_CURRENT_BINARY_DIR}/heddle-config.cmake" INSTALL_DESTINATION "${package_folder}"
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/heddle-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(EXPORT heddle_targets NAMESPACE heddle:: FILE heddle-targets.cmake
        DESTINATION "${package_folder}")
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/heddle-config.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/heddle-config-version.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/heddle_discover_checks.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/heddle_list_checks.cmake"
        DESTINATION "${package_folder}")
