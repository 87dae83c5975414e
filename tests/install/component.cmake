# The folder is named after the component; what is found here is seen here alone.
get_filename_component(room ${CMAKE_CURRENT_SOURCE_DIR} NAME)
find_package(fprinciple REQUIRED COMPONENTS ${room})
if(NOT room STREQUAL reports AND TARGET fprinciple::reports)
  message(FATAL_ERROR "asked for ${room}, found reports as well")
endif()
add_executable(use_${room} main.cpp)
target_link_libraries(use_${room} PRIVATE fprinciple::${room})
