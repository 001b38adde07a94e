# The programs whose memory is known (fixtures/targets), for `nmtx demo` and the tests: Target.class where there is a javac, and its JNI library,
# which needs no header of a JDK. They go to <build>/targets, where nmtx looks first, and with an installation to share/nmtx/targets.
set(NMTX_TARGETS_DIR ${CMAKE_BINARY_DIR}/targets)
add_library(nmtx_target_jni MODULE fixtures/targets/target.c fixtures/targets/spin.c fixtures/targets/held.c)
set_target_properties(nmtx_target_jni PROPERTIES OUTPUT_NAME target PREFIX lib LIBRARY_OUTPUT_DIRECTORY ${NMTX_TARGETS_DIR})
target_link_libraries(nmtx_target_jni PRIVATE pthread)
install(TARGETS nmtx_target_jni LIBRARY DESTINATION share/nmtx/targets)

# What tests alone run: a program that knows its own malloc blocks, and a C++ library with objects. They must run with an older glibc than
# this machine's as well (tests/matrix/provision): blocks.c takes old versions of the functions that moved into libc.so.6 with 2.34, and names
# the libraries where they were before.
if(NMTX_TESTS)
  add_executable(nmtx_blocks fixtures/targets/blocks.c)
  target_compile_options(nmtx_blocks PRIVATE -O2)
  add_library(nmtx_objects MODULE fixtures/targets/objects.cc)
  set_target_properties(nmtx_blocks PROPERTIES OUTPUT_NAME blocks RUNTIME_OUTPUT_DIRECTORY ${NMTX_TARGETS_DIR})
  set_target_properties(nmtx_objects PROPERTIES OUTPUT_NAME objects PREFIX lib LIBRARY_OUTPUT_DIRECTORY ${NMTX_TARGETS_DIR})
  add_library(nmtx_other_allocator MODULE fixtures/targets/other_allocator.c)
  set_target_properties(nmtx_other_allocator PROPERTIES OUTPUT_NAME jemalloc PREFIX lib LIBRARY_OUTPUT_DIRECTORY ${NMTX_TARGETS_DIR})
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    target_link_options(nmtx_blocks PRIVATE -Wl,--wrap=__libc_start_main)
    target_link_libraries(nmtx_blocks PRIVATE -Wl,--no-as-needed -l:libpthread.so.0 -l:libdl.so.2 -Wl,--as-needed)
  else()
    target_link_libraries(nmtx_blocks PRIVATE pthread dl)
  endif()
endif()

find_program(NMTX_JAVAC javac)
if(NMTX_JAVAC)
  set(NMTX_TARGET_SOURCES Target.java TargetThreads.java BusyThreads.java SpinningThreads.java Growth.java GrowthWork.java
    HeldBlocks.java StackShapes.java StackRunners.java StackShares.java)
  list(TRANSFORM NMTX_TARGET_SOURCES PREPEND ${CMAKE_SOURCE_DIR}/fixtures/targets/)
  add_custom_command(
    OUTPUT ${NMTX_TARGETS_DIR}/Target.class
    COMMAND ${NMTX_JAVAC} --release 8 -Xlint:-options -nowarn -d ${NMTX_TARGETS_DIR} ${NMTX_TARGET_SOURCES}
    DEPENDS ${NMTX_TARGET_SOURCES}
    COMMENT "Compiling Target.java and its threads")
  add_custom_target(nmtx_target_classes ALL DEPENDS ${NMTX_TARGETS_DIR}/Target.class)
  install(DIRECTORY ${NMTX_TARGETS_DIR}/ DESTINATION share/nmtx/targets FILES_MATCHING PATTERN "*.class")
else()
  message(STATUS "no javac: `nmtx demo` and the live tests will not run from this build")
endif()
