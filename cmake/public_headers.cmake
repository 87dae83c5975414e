# Writes HEADERS from IN to OUT with "lfp/lattice.hpp" as <fprinciple/lfp/lattice.hpp>, so that no
# folder of the user's that is called io or data is taken for ours. What has not changed is left alone.
file(GLOB_RECURSE stale RELATIVE ${OUT} ${OUT}/*/*.hpp)
list(REMOVE_ITEM stale ${HEADERS})
foreach(header ${stale})
  file(REMOVE ${OUT}/${header})
endforeach()
foreach(header ${HEADERS})
  file(READ ${IN}/${header} text)
  string(REGEX REPLACE "#include \"([a-z_]+/[^\"]+)\"" "#include <fprinciple/\\1>" text "${text}")
  file(CONFIGURE OUTPUT ${OUT}/${header} CONTENT "${text}" @ONLY)
endforeach()
