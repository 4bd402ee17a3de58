# How this project declares libraries, methods, tests and benchmarks.

# Warnings, sanitizers and include root of our own code; never applied to what comes from outside.
add_library(vbench_options INTERFACE)
target_include_directories(vbench_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(vbench_options INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Werror)
if(VBENCH_SANITIZE)
  target_compile_options(vbench_options INTERFACE -fsanitize=${VBENCH_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(vbench_options INTERFACE -fsanitize=${VBENCH_SANITIZE})
endif()

# The precompiled header that all LibTorch code shares: 3 s instead of 8 s a file.
file(WRITE ${CMAKE_BINARY_DIR}/pch.cpp "")
add_library(vbench_pch STATIC ${CMAKE_BINARY_DIR}/pch.cpp)
target_link_libraries(vbench_pch PUBLIC vbench_options vbench::torch)
target_precompile_headers(vbench_pch PRIVATE <torch/torch.h> <algorithm> <map> <memory> <optional> <string> <vector>)

# Programs that share the libraries' precompiled header must be compiled as position-independent code of the same kind.
function(vbench_share_pch target)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${target} PRIVATE -fPIC)
  target_precompile_headers(${target} REUSE_FROM vbench_pch)
endfunction()

# vbench_add_library(NAME [TORCH] SOURCES ... LINK ...): target vbench_NAME, alias vbench::NAME (slashes of a path become underscores).
function(vbench_add_library name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;LINK" ${ARGN})
  add_library(vbench_${name} STATIC ${ARG_SOURCES})
  add_library(vbench::${name} ALIAS vbench_${name})
  target_link_libraries(vbench_${name} PUBLIC vbench_options ${ARG_LINK})
  if(ARG_TORCH)
    target_link_libraries(vbench_${name} PUBLIC vbench::torch)
    target_precompile_headers(vbench_${name} REUSE_FROM vbench_pch)
  endif()
endfunction()

# vbench_add_method(NAME SOURCES ... [LINK ...]): one paper's folder. It must define `void vbench::register_NAME(vbench::Registry&)`.
function(vbench_add_method name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  vbench_add_library(method_${name} TORCH SOURCES ${ARG_SOURCES} LINK vbench::core vbench::datasets vbench::metrics vbench::nn vbench::train ${ARG_LINK})
  set_property(GLOBAL APPEND PROPERTY VBENCH_METHOD_NAMES ${name})
endfunction()

# vbench_add_test(NAME [TORCH] SOURCES ... LINK ... [LABELS ...]): one GoogleTest program, each of its tests a CTest test.
function(vbench_add_test name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  target_link_libraries(test_${name} PRIVATE vbench_options ${ARG_LINK} GTest::gmock GTest::gtest_main)
  if(ARG_TORCH)
    target_link_libraries(test_${name} PRIVATE vbench::torch)
    vbench_share_pch(test_${name})
  endif()
  target_compile_definitions(test_${name} PRIVATE VBENCH_SOURCE_DIR="${PROJECT_SOURCE_DIR}" VBENCH_BINARY_DIR="${CMAKE_BINARY_DIR}")
  # A LibTorch program takes 0.4 s to start: one CTest test a suite file, not a case, keeps the whole run short.
  add_test(NAME ${name} COMMAND test_${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 300)
endfunction()

# vbench_add_benchmark(NAME SOURCES ... LINK ...): one Google Benchmark program, build/<preset>/bench_NAME.
function(vbench_add_benchmark name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(bench_${name} ${ARG_SOURCES})
  target_link_libraries(bench_${name} PRIVATE vbench_options vbench::torch ${ARG_LINK} benchmark::benchmark)
  vbench_share_pch(bench_${name})
endfunction()
