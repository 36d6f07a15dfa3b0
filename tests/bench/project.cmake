# Given as CMAKE_PROJECT_lanthorn_INCLUDE: adds the benchmarks once the rooms are known, so that
# the build itself needs no word about them.
cmake_language(EVAL CODE "cmake_language(DEFER CALL include [[${CMAKE_CURRENT_LIST_DIR}/CMakeLists.txt]])")
