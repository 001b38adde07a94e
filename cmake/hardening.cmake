# What makes a fault harder to use, in everything that is not built with sanitizers (they do more, and do not go together with it).
include(CheckCXXCompilerFlag)
include(CheckCXXSourceCompiles)

target_link_options(nmtx_warnings INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
if(NOT NMTX_SANITIZE)
  target_compile_definitions(nmtx_warnings INTERFACE $<$<NOT:$<CONFIG:Debug>>:_GLIBCXX_ASSERTIONS>)
  foreach(flag -fstack-protector-strong -fcf-protection)
    string(MAKE_C_IDENTIFIER "NMTX_HAS${flag}" has)
    check_cxx_compiler_flag(${flag} ${has})
    if(${has})
      target_compile_options(nmtx_warnings INTERFACE ${flag})
    endif()
  endforeach()
  # Level 3 takes g++ 12 and glibc 2.34; elsewhere the headers warn and do level 2. It needs an optimising compiler, and some distributions'
  # compilers define a level by themselves.
  set(CMAKE_REQUIRED_FLAGS "-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -Werror")
  check_cxx_source_compiles("#include <cstdlib>
    int main() { return 0; }" NMTX_HAS_FORTIFY_3)
  unset(CMAKE_REQUIRED_FLAGS)
  set(level 2)
  if(NMTX_HAS_FORTIFY_3)
    set(level 3)
  endif()
  target_compile_options(nmtx_warnings INTERFACE "$<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=${level}>")
endif()
