add_library(nmtx_warnings INTERFACE)
target_compile_options(nmtx_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion)
# Where sources are compiled together, what another file of the folder has at namespace level is hidden from nobody.
if(NOT NMTX_UNITY)
  target_compile_options(nmtx_warnings INTERFACE -Wshadow)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(nmtx_warnings INTERFACE -Wshadow=local)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  # Of std::string's operator+ in optimised builds: gcc.gnu.org/PR105329.
  target_compile_options(nmtx_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict -Wno-stringop-overflow>)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Of std::stable_sort's own buffer, which clang reports where the sort is called.
  target_compile_options(nmtx_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-deprecated-declarations>)
endif()
if(NMTX_WERROR)
  target_compile_options(nmtx_warnings INTERFACE -Werror)
endif()
if(NMTX_SANITIZE)
  # AddressSanitizer stops at a null pointer as well; alignment is checked where bytes of nobody's choice are parsed (nmtx_fuzzed). Both checks
  # are on every access, and a tenth to a quarter of what compiling costs. That of vptr opens a pipe to see what is readable, which a process
  # without free descriptors takes for an error.
  target_compile_options(nmtx_warnings INTERFACE -fsanitize=address -fno-omit-frame-pointer
    "$<$<NOT:$<BOOL:$<TARGET_PROPERTY:NMTX_ADDRESS_CHECKS_ONLY>>>:-fsanitize=undefined;-fno-sanitize=null,alignment,vptr>" -fno-sanitize-recover=all)
  target_link_options(nmtx_warnings INTERFACE -fsanitize=address,undefined)
  target_compile_definitions(nmtx_warnings INTERFACE _GLIBCXX_ASSERTIONS)
elseif(NMTX_STATIC_LIBRARIES)
  target_link_options(nmtx_warnings INTERFACE -static-libstdc++ -static-libgcc)
endif()
# What a fuzz target sees of a room: the edges that an input takes and what it is compared with, as by -fsanitize=fuzzer-no-link, which would
# take a precompiled header of its own.
function(nmtx_fuzzed target)
  if(NMTX_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=null,alignment -fsanitize-coverage=inline-8bit-counters,pc-table,trace-cmp)
  endif()
endfunction()
if(NMTX_TIDY)
  find_program(CLANG_TIDY NAMES clang-tidy-19 clang-tidy REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY})
endif()
