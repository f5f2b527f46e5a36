# Library, headers, command line, CMake package and a relocatable pkg-config file.
include(CMakePackageConfigHelpers)

install(TARGETS knownimage_headers knownimage_static knownimage_shared
    EXPORT knownimage-targets FILE_SET HEADERS)
install(TARGETS knownimage)
install(TARGETS knownimage-worker
    DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/knownimage)
set(KNOWNIMAGE_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/knownimage)
install(EXPORT knownimage-targets NAMESPACE knownimage::
    DESTINATION ${KNOWNIMAGE_PACKAGE_DIR})
configure_package_config_file(cmake/knownimage-config.cmake.in
    ${CMAKE_CURRENT_BINARY_DIR}/knownimage-config.cmake
    INSTALL_DESTINATION ${KNOWNIMAGE_PACKAGE_DIR})
write_basic_package_version_file(
    ${CMAKE_CURRENT_BINARY_DIR}/knownimage-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/knownimage-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/knownimage-config-version.cmake
    DESTINATION ${KNOWNIMAGE_PACKAGE_DIR})
# From the folder of the .pc file back to the prefix, however deep the libdir is.
file(RELATIVE_PATH KNOWNIMAGE_PC_PREFIX
    /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(cmake/knownimage.pc.in knownimage.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/knownimage.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
