# What goes with the program where it is installed, and nmtx_VERSION_amd64.deb. packaging/release makes it of the portable program, which
# needs no library where it runs.
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
# Written when they are installed, since they name the program by the prefix of that time.
foreach(unit nmtx-record nmtx-serve)
  install(CODE "configure_file(\"${CMAKE_SOURCE_DIR}/packaging/systemd/${unit}.service.in\" \"${CMAKE_BINARY_DIR}/${unit}.service\" @ONLY)")
  install(FILES ${CMAKE_BINARY_DIR}/${unit}.service DESTINATION lib/systemd/system)
endforeach()
# Licences of the libraries that are in the program: packaging/release collects them.
install(DIRECTORY ${CMAKE_BINARY_DIR}/licences DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)

set(NMTX_MAINTAINER "nmtx maintainers <maintainers@nmtx.invalid>" CACHE STRING "Maintainer of the Debian package: NAME <ADDRESS>")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME nmtx)
set(CPACK_PACKAGE_VENDOR nmtx)
set(CPACK_PACKAGE_CONTACT ${NMTX_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "explains the native memory of a running JVM")
set(CPACK_PACKAGE_DESCRIPTION "nmtx matches what the kernel says is resident with what HotSpot's Native Memory
Tracking says was allocated, address by address, and gives every resident byte
one owner. It needs no JDK, no agent and no restart of the JVM.")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/cmake/package_files.cmake)
set(CPACK_NMTX_COPYRIGHT ${CMAKE_SOURCE_DIR}/packaging/debian/copyright)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
# The program needs nothing; libtarget.so, which leaks in the demo's JVM, needs libc6.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "default-jre-headless | java8-runtime-headless")
include(CPack)
