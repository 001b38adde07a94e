# The libraries that we use, each behind one interface target of ours.
set(Boost_USE_STATIC_LIBS ${NMTX_STATIC_LIBRARIES})
find_package(Threads REQUIRED)
find_package(Boost REQUIRED COMPONENTS program_options)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(LibArchive REQUIRED)
find_path(NMTX_EXPECTED_INCLUDE tl/expected.hpp REQUIRED)

# Debian packages no libfmt.a: compiled in from its headers where nothing may be linked dynamically.
add_library(nmtx_fmt INTERFACE)
if(NMTX_STATIC_LIBRARIES)
  target_link_libraries(nmtx_fmt INTERFACE fmt::fmt-header-only)
else()
  target_link_libraries(nmtx_fmt INTERFACE fmt::fmt)
endif()
add_library(nmtx_expected INTERFACE)
target_include_directories(nmtx_expected SYSTEM INTERFACE ${NMTX_EXPECTED_INCLUDE})
add_library(nmtx_json INTERFACE)
target_link_libraries(nmtx_json INTERFACE nlohmann_json::nlohmann_json)
add_library(nmtx_options INTERFACE)
target_link_libraries(nmtx_options INTERFACE Boost::program_options)

# libarchive as Debian builds it draws in a dozen libraries (xml2, nettle, lzma, …) that our one format, tar + zstd, has no use for. Linked
# statically only the members of the archive that we call come in. One of them, by a table of all formats beside a function that every
# format's writer needs, asks for the whole dozen after all; nothing of ours reaches that table, so that collecting unreached sections drops
# it, with what it asks for, before a symbol is missed. libzstd alone remains.
add_library(nmtx_archive INTERFACE)
target_include_directories(nmtx_archive SYSTEM INTERFACE ${LibArchive_INCLUDE_DIRS})
find_library(NMTX_LIBARCHIVE_A libarchive.a)
find_library(NMTX_LIBZSTD_A libzstd.a)
if(NMTX_STATIC_LIBRARIES AND NMTX_LIBARCHIVE_A AND NMTX_LIBZSTD_A)
  target_link_libraries(nmtx_archive INTERFACE ${NMTX_LIBARCHIVE_A} ${NMTX_LIBZSTD_A})
  target_link_options(nmtx_archive INTERFACE -Wl,--gc-sections)
else()
  target_link_libraries(nmtx_archive INTERFACE ${LibArchive_LIBRARIES})
endif()

# libelf reads the symbols of the target's libraries. What decompresses sections is never called, but the archive may ask for it: hence
# zlib and zstd, where they are.
add_library(nmtx_elf INTERFACE)
find_path(NMTX_ELF_INCLUDE gelf.h REQUIRED)
target_include_directories(nmtx_elf SYSTEM INTERFACE ${NMTX_ELF_INCLUDE})
find_library(NMTX_LIBELF_A libelf.a)
find_library(NMTX_LIBZ_A libz.a)
if(NMTX_STATIC_LIBRARIES AND NMTX_LIBELF_A)
  set(elf_archives ${NMTX_LIBELF_A})
  foreach(archive NMTX_LIBZ_A NMTX_LIBZSTD_A)
    if(${archive})
      list(APPEND elf_archives ${${archive}})
    endif()
  endforeach()
  target_link_libraries(nmtx_elf INTERFACE ${elf_archives})
  include(CheckCSourceCompiles)
  set(CMAKE_REQUIRED_INCLUDES ${NMTX_ELF_INCLUDE})
  set(CMAKE_REQUIRED_LIBRARIES ${elf_archives})
  check_c_source_compiles("#include <libelf.h>
    int main(void) { return elf_end(elf_begin(0, ELF_C_READ, 0)); }" NMTX_LIBELF_A_IS_COMPLETE)
  unset(CMAKE_REQUIRED_INCLUDES)
  unset(CMAKE_REQUIRED_LIBRARIES)
  if(NOT NMTX_LIBELF_A_IS_COMPLETE)
    add_library(nmtx_elf_rest STATIC ${CMAKE_SOURCE_DIR}/cmake/libelf_archive.c)
    target_link_libraries(nmtx_elf INTERFACE nmtx_elf_rest)  # behind the archive that asks for it
  endif()
else()
  find_library(NMTX_LIBELF elf REQUIRED)
  target_link_libraries(nmtx_elf INTERFACE ${NMTX_LIBELF})
endif()
