# How this project declares libraries, methods, tests and benchmarks.

# Warnings, sanitizers and include root of our own code; never applied to what comes from outside.
add_library(vbench_options INTERFACE)
target_include_directories(vbench_options INTERFACE ${PROJECT_SOURCE_DIR})
# {fmt} is in the shared precompiled header, which works only where its definitions are the same.
target_link_libraries(vbench_options INTERFACE fmt::fmt)
target_compile_options(vbench_options INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # What the optimiser guesses about inlined library code is often wrong (GCC 14 in LibTorch 2's autograd): said, but no error.
  target_compile_options(vbench_options INTERFACE -Wno-error=array-bounds -Wno-error=stringop-overflow -Wno-error=restrict -Wno-error=maybe-uninitialized)
endif()
if(VBENCH_SANITIZE)
  target_compile_options(vbench_options INTERFACE -fsanitize=${VBENCH_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(vbench_options INTERFACE -fsanitize=${VBENCH_SANITIZE})
endif()

set(VBENCH_ENGINE_SOURCES engine.cpp commands/boards.cpp commands/class_names.cpp commands/cluster_files.cpp commands/cluster_view.cpp commands/clustered_run.cpp commands/compare.cpp commands/data.cpp commands/answers.cpp commands/doctor.cpp commands/embed.cpp commands/explain.cpp commands/item_comparison.cpp commands/leaderboard.cpp
  commands/list.cpp commands/predict.cpp commands/report.cpp commands/rescore.cpp commands/reported_runs.cpp commands/run.cpp commands/run_folders.cpp commands/show.cpp commands/table.cpp commands/variant_knowledge.cpp
  commands/benchmark_program.cpp commands/kernel_programs.cpp commands/other_load.cpp commands/throughput.cpp commands/watch.cpp commands/watched_runs.cpp)

# The precompiled header that all LibTorch code shares. Not torch/torch.h: its pending templates would cost every file 2 s.
file(WRITE ${CMAKE_BINARY_DIR}/pch.cpp "")
add_library(vbench_pch STATIC ${CMAKE_BINARY_DIR}/pch.cpp)
target_link_libraries(vbench_pch PUBLIC vbench_options vbench::torch)
set(common_headers <torch/types.h> <torch/utils.h> <fmt/format.h> <nlohmann/json.hpp> <algorithm> <filesystem> <map> <memory> <optional> <string> <vector>)
target_precompile_headers(vbench_pch PRIVATE ${common_headers})

# Tests are compiled without optimisation (what they call is not) and with a header of their own: 4 s a file instead of 12.
if(VBENCH_BUILD_TESTS)
  find_package(GTest REQUIRED)
  add_library(vbench_test_pch STATIC ${CMAKE_BINARY_DIR}/pch.cpp)
  target_link_libraries(vbench_test_pch PUBLIC vbench_options vbench::torch GTest::gmock)
  target_compile_options(vbench_test_pch PRIVATE -O0)
  target_precompile_headers(vbench_test_pch PRIVATE ${common_headers} <gmock/gmock.h> <gtest/gtest.h>)
endif()

# Programs that share the libraries' precompiled header must be compiled as position-independent code of the same kind.
function(vbench_share_pch target owner)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${target} PRIVATE -fPIC)
  target_precompile_headers(${target} REUSE_FROM ${owner})
endfunction()

# Several files of a target at a time: most of a file's time goes into templates of LibTorch, once a unit however long it is.
function(vbench_compile_together target)
  if(VBENCH_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
    # A file that other units see too is what this warning takes an included source for.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()

# vbench_add_library(NAME [TORCH] SOURCES ... LINK ...): target vbench_NAME, alias vbench::NAME (slashes of a path become underscores).
function(vbench_add_library name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;LINK" ${ARGN})
  add_library(vbench_${name} STATIC ${ARG_SOURCES})
  add_library(vbench::${name} ALIAS vbench_${name})
  target_link_libraries(vbench_${name} PUBLIC vbench_options ${ARG_LINK})
  vbench_compile_together(vbench_${name})
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

# vbench_add_registration(TARGET METHOD...): library vbench_TARGET whose register_methods() registers exactly these methods.
function(vbench_add_registration target)
  set(VBENCH_DECLARATIONS "")
  set(VBENCH_CALLS "")
  set(libraries "")
  foreach(name IN LISTS ARGN)
    string(APPEND VBENCH_DECLARATIONS "void register_${name}(Registry& registry);\n")
    string(APPEND VBENCH_CALLS "  register_${name}(registry);\n")
    list(APPEND libraries vbench::method_${name})
  endforeach()
  configure_file(${PROJECT_SOURCE_DIR}/methods/registered_methods.cpp.in ${CMAKE_BINARY_DIR}/generated/registered_${target}.cpp @ONLY)
  vbench_add_library(${target} SOURCES ${CMAKE_BINARY_DIR}/generated/registered_${target}.cpp LINK vbench::core ${libraries})
endfunction()

# vbench_add_engine(TARGET REGISTRATION): the engine library with these methods. Engines differ in what they link only: the files are compiled once.
function(vbench_add_engine target registration)
  if(NOT TARGET vbench_engine_objects)
    list(TRANSFORM VBENCH_ENGINE_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/harness/cli/ OUTPUT_VARIABLE sources)
    add_library(vbench_engine_objects OBJECT ${sources})
    target_link_libraries(vbench_engine_objects PUBLIC vbench_options vbench::cli_options vbench::train vbench::datasets vbench::gate vbench::outcomes vbench::report vbench::results)
    target_precompile_headers(vbench_engine_objects REUSE_FROM vbench_pch)
    vbench_compile_together(vbench_engine_objects)
  endif()
  add_library(${target} SHARED)
  target_link_libraries(${target} PRIVATE vbench_engine_objects ${registration})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME vbench_engine)
endfunction()

# vbench_add_test(NAME [TORCH] SOURCES ... LINK ... [LABELS ...]): one GoogleTest program, each of its tests a CTest test.
function(vbench_add_test name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  target_link_libraries(test_${name} PRIVATE vbench_options ${ARG_LINK} GTest::gmock GTest::gtest_main)
  if(ARG_TORCH)
    target_link_libraries(test_${name} PRIVATE vbench::torch)
    vbench_share_pch(test_${name} vbench_test_pch)
  endif()
  target_compile_options(test_${name} PRIVATE -O0)
  # One translation unit a program: without optimisation nearly all time goes into templates of LibTorch, once a unit however long it is.
  set_target_properties(test_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
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
  vbench_share_pch(bench_${name} vbench_pch)
endfunction()
