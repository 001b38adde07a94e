# The classes of src/report/stacks/profile.proto, made by protoc; zlib compresses what they write. They see protobuf's lite runtime only.
find_program(NMTX_PROTOC protoc)
find_path(NMTX_PROTOBUF_INCLUDE google/protobuf/message_lite.h)
find_library(NMTX_LIBPROTOBUF_A libprotobuf-lite.a)
find_library(NMTX_LIBPROTOBUF protobuf-lite)
find_path(NMTX_ZLIB_INCLUDE zlib.h)
find_library(NMTX_LIBZ z)
foreach(needed NMTX_PROTOC NMTX_PROTOBUF_INCLUDE NMTX_LIBPROTOBUF NMTX_ZLIB_INCLUDE NMTX_LIBZ)
  if(NOT ${needed})
    message(FATAL_ERROR "${needed} is missing, by which profiles are written for pprof: install protobuf-compiler, libprotobuf-dev and zlib1g-dev "
                        "(Debian, Ubuntu), or name it with -D${needed}=...")
  endif()
endforeach()

set(pprof_proto ${CMAKE_SOURCE_DIR}/src/report/stacks/profile.proto)
set(pprof_folder ${CMAKE_BINARY_DIR}/pprof)
file(MAKE_DIRECTORY ${pprof_folder})
add_custom_command(
  OUTPUT ${pprof_folder}/profile.pb.cc ${pprof_folder}/profile.pb.h
  COMMAND ${NMTX_PROTOC} --proto_path=${CMAKE_SOURCE_DIR}/src/report/stacks --cpp_out=${pprof_folder} ${pprof_proto}
  DEPENDS ${pprof_proto}
  COMMENT "protoc profile.proto"
  VERBATIM)
# Not held to our warnings: protoc wrote it.
add_library(nmtx_pprof STATIC ${pprof_folder}/profile.pb.cc ${pprof_folder}/profile.pb.h)
set_target_properties(nmtx_pprof PROPERTIES UNITY_BUILD OFF CXX_CLANG_TIDY "")
target_compile_options(nmtx_pprof PRIVATE -w)
if(NMTX_SANITIZE)
  target_compile_options(nmtx_pprof PRIVATE -fsanitize=address,undefined)
endif()
target_include_directories(nmtx_pprof SYSTEM PUBLIC ${pprof_folder} ${NMTX_PROTOBUF_INCLUDE} ${NMTX_ZLIB_INCLUDE})
if(NMTX_STATIC_LIBRARIES AND NMTX_LIBPROTOBUF_A AND NMTX_LIBZ_A)
  target_link_libraries(nmtx_pprof PUBLIC ${NMTX_LIBPROTOBUF_A} ${NMTX_LIBZ_A} Threads::Threads)
else()
  target_link_libraries(nmtx_pprof PUBLIC ${NMTX_LIBPROTOBUF} ${NMTX_LIBZ} Threads::Threads)
endif()
