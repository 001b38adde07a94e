# Which compiler, and whether it has libFuzzer. Code with sanitizers takes clang two thirds of the time that it takes gcc, so that NMTX_SANITIZE
# means clang 19 where that is complete. CXX in the environment or CMAKE_CXX_COMPILER names another one.
file(GLOB nmtx_clang_runtime /usr/lib/llvm-19/lib/clang/19/lib/*/*fuzzer*)
find_program(NMTX_CLANG clang++-19)
find_program(NMTX_CLANG_C clang-19)
if(NMTX_SANITIZE AND NMTX_CLANG AND NMTX_CLANG_C AND nmtx_clang_runtime AND NOT CMAKE_CXX_COMPILER AND "$ENV{CXX}" STREQUAL "")
  set(CMAKE_CXX_COMPILER ${NMTX_CLANG} CACHE FILEPATH "The C++ compiler")
  set(CMAKE_C_COMPILER ${NMTX_CLANG_C} CACHE FILEPATH "The C compiler")
endif()
set(NMTX_FUZZERS_RUN OFF)
if(NMTX_SANITIZE AND nmtx_clang_runtime AND CMAKE_CXX_COMPILER STREQUAL NMTX_CLANG)
  set(NMTX_FUZZERS_RUN ON)
endif()
