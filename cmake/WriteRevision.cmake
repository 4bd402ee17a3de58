# Writes the source tree's git revision into a header at every build, but touches the file only when it changed.
# cmake -DSOURCE=... -DOUTPUT=... -P WriteRevision.cmake
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT revision)
  set(revision "unknown")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#pragma once\n#define VBENCH_REVISION \"@revision@\"\n" @ONLY)
