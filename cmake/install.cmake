# cmake --install: the command, its experiments, the libraries with their headers, and what CMake and
# pkg-config need to find them. Everything is found from where it lies, so the folder can be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(FPRINCIPLE_ROOMS GLOBAL PROPERTY FPRINCIPLE_ROOMS)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/fprinciple)
foreach(room ${FPRINCIPLE_ROOMS})
  install(TARGETS fprinciple_${room} EXPORT fprinciple-${room})
  install(EXPORT fprinciple-${room} NAMESPACE fprinciple:: DESTINATION ${package})
  get_property(sees GLOBAL PROPERTY FPRINCIPLE_${room}_SEES)
  string(APPEND FPRINCIPLE_SEES "set(fprinciple_${room}_sees ${sees})\n")
  string(PREPEND FPRINCIPLE_LIBRARIES "-lfprinciple_${room} ")
endforeach()
install(TARGETS fprinciple_cli)
install(DIRECTORY ${PROJECT_BINARY_DIR}/include/fprinciple DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/experiments
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fprinciple)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/fprinciple-config.cmake.in
                              ${PROJECT_BINARY_DIR}/fprinciple-config.cmake
                              INSTALL_DESTINATION ${package}
                              NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/fprinciple-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/fprinciple-config.cmake
              ${PROJECT_BINARY_DIR}/fprinciple-config-version.cmake
        DESTINATION ${package})

get_target_property(FPRINCIPLE_DEFINITIONS fprinciple_base INTERFACE_COMPILE_DEFINITIONS)
list(TRANSFORM FPRINCIPLE_DEFINITIONS PREPEND -D)
list(JOIN FPRINCIPLE_DEFINITIONS " " FPRINCIPLE_DEFINITIONS)
file(RELATIVE_PATH FPRINCIPLE_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(${PROJECT_SOURCE_DIR}/cmake/fprinciple.pc.in ${PROJECT_BINARY_DIR}/fprinciple.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/fprinciple.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
