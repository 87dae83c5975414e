# fprinciple_library(<room> <sources>... DEPENDS <targets>... [PRIVATE <targets>...]
#                    [PRIVATE_HEADERS <files>...]): the library of a room, from its folder.
# DEPENDS: what its headers need too; PRIVATE_HEADERS: those that are not for users, as they need
# what PRIVATE names.
function(fprinciple_library room)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PRIVATE;PRIVATE_HEADERS" ${ARGN})
  set(target fprinciple_${room})
  add_library(${target} STATIC ${ARG_UNPARSED_ARGUMENTS})
  add_library(fprinciple::${room} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${room})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
                                              $<INSTALL_INTERFACE:include>)
  target_link_libraries(${target} PUBLIC ${ARG_DEPENDS} PRIVATE fmt::fmt ${ARG_PRIVATE})

  file(GLOB headers RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS *.hpp)
  list(TRANSFORM ARG_PRIVATE_HEADERS PREPEND ${room}/)
  list(REMOVE_ITEM headers ${ARG_PRIVATE_HEADERS})
  set(sees ${ARG_DEPENDS})
  list(FILTER sees INCLUDE REGEX "^fprinciple::")
  list(TRANSFORM sees REPLACE "^fprinciple::" "")
  set_property(GLOBAL APPEND PROPERTY FPRINCIPLE_ROOMS ${room})
  set_property(GLOBAL APPEND PROPERTY FPRINCIPLE_HEADERS ${headers})
  set_property(GLOBAL PROPERTY FPRINCIPLE_${room}_SEES ${sees})
endfunction()

# The headers as users include them, <fprinciple/lfp/lattice.hpp>, in the build folder: there for
# projects that build us as a part of theirs, and from there to be installed.
function(fprinciple_public_headers)
  get_property(headers GLOBAL PROPERTY FPRINCIPLE_HEADERS)
  set(out ${PROJECT_BINARY_DIR}/include/fprinciple)
  set(stamp ${PROJECT_BINARY_DIR}/public_headers.stamp)
  list(TRANSFORM headers PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE files)
  add_custom_command(OUTPUT ${stamp}
                     COMMAND ${CMAKE_COMMAND} -D "HEADERS=${headers}" -D IN=${PROJECT_SOURCE_DIR}
                             -D OUT=${out} -P ${PROJECT_SOURCE_DIR}/cmake/public_headers.cmake
                     COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
                     DEPENDS ${files} ${PROJECT_SOURCE_DIR}/cmake/public_headers.cmake
                     COMMENT "Headers for users" VERBATIM)
  add_custom_target(fprinciple_headers ALL DEPENDS ${stamp})
  add_dependencies(fprinciple_base fprinciple_headers)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/version.hpp.in ${out}/version.hpp @ONLY)
endfunction()
