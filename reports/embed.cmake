# Writes C++ source that defines fprinciple::reports::NAME as the text of INPUT:
#   cmake -D NAME=… -D INPUT=… -D OUTPUT=… -P embed.cmake
# The text starts on a line of its own, and must not hold the end of the literal.
file(READ "${INPUT}" text)
string(FIND "${text}" ")embedded\"" end)
if(NOT end EQUAL -1)
  message(FATAL_ERROR "${INPUT} holds the end of a literal")
endif()
file(WRITE "${OUTPUT}" "namespace fprinciple::reports {
extern const char* const ${NAME};
const char* const ${NAME} = R\"embedded(
${text})embedded\";
}  // namespace fprinciple::reports
")
