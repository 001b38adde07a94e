# The programs whose memory is known (fixtures/targets), for `nmtx demo` and the tests: Target.class where there is a javac, and its JNI library,
# which needs no header of a JDK. They go to <build>/targets, where nmtx looks first, and with an installation to share/nmtx/targets.
set(NMTX_TARGETS_DIR ${CMAKE_BINARY_DIR}/targets)
add_library(nmtx_target_jni MODULE fixtures/targets/target.c)
set_target_properties(nmtx_target_jni PROPERTIES OUTPUT_NAME target PREFIX lib LIBRARY_OUTPUT_DIRECTORY ${NMTX_TARGETS_DIR})
target_link_libraries(nmtx_target_jni PRIVATE pthread)
install(TARGETS nmtx_target_jni LIBRARY DESTINATION share/nmtx/targets)

find_program(NMTX_JAVAC javac)
if(NMTX_JAVAC)
  add_custom_command(
    OUTPUT ${NMTX_TARGETS_DIR}/Target.class
    COMMAND ${NMTX_JAVAC} --release 8 -Xlint:-options -nowarn -d ${NMTX_TARGETS_DIR} ${CMAKE_SOURCE_DIR}/fixtures/targets/Target.java
    DEPENDS ${CMAKE_SOURCE_DIR}/fixtures/targets/Target.java
    COMMENT "Compiling Target.java")
  add_custom_target(nmtx_target_classes ALL DEPENDS ${NMTX_TARGETS_DIR}/Target.class)
  install(DIRECTORY ${NMTX_TARGETS_DIR}/ DESTINATION share/nmtx/targets FILES_MATCHING PATTERN "*.class")
else()
  message(STATUS "no javac: `nmtx demo` and the live tests will not run from this build")
endif()
