# Everything that comes from outside the tree, found once. docs/dependencies.md says why each is there.
find_package(Torch REQUIRED)
find_package(HDF5 REQUIRED COMPONENTS C)
find_package(SQLite3 REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(fmt REQUIRED)
find_package(nlohmann_json 3 REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(Threads REQUIRED)
find_package(OpenCV REQUIRED COMPONENTS core imgproc imgcodecs videoio)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(LIBAV REQUIRED IMPORTED_TARGET libavcodec libavformat libavutil libswresample libswscale)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg)

# LibTorch's headers are heavy and not warning-free: they come in as system headers.
add_library(vbench_torch INTERFACE)
add_library(vbench::torch ALIAS vbench_torch)
target_include_directories(vbench_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_libraries(vbench_torch INTERFACE ${TORCH_LIBRARIES} OpenMP::OpenMP_CXX)

# Four modules of OpenCV, not all of them: the others would only lengthen the start of the program.
add_library(vbench_opencv INTERFACE)
add_library(vbench::opencv ALIAS vbench_opencv)
target_include_directories(vbench_opencv SYSTEM INTERFACE ${OpenCV_INCLUDE_DIRS})
target_link_libraries(vbench_opencv INTERFACE opencv_core opencv_imgproc opencv_imgcodecs opencv_videoio)

add_library(vbench_hdf5 INTERFACE)
add_library(vbench::hdf5 ALIAS vbench_hdf5)
target_include_directories(vbench_hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
target_link_libraries(vbench_hdf5 INTERFACE ${HDF5_C_LIBRARIES})

# Debian chooses the BLAS behind LibTorch by an alternative. The wrong one costs a factor of 2 to 60, so say it at configure time.
file(REAL_PATH "/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/libblas.so.3" VBENCH_BLAS)
if(EXISTS "${VBENCH_BLAS}")
  if(VBENCH_BLAS MATCHES "openblas-pthread")
    message(WARNING "BLAS is ${VBENCH_BLAS}: its thread pool fights LibTorch's OpenMP pool (transformer training about 2x slower). "
                    "Install libopenblas0-openmp and remove libopenblas0-pthread.")
  elseif(VBENCH_BLAS MATCHES "/blas/libblas")
    message(WARNING "BLAS is the reference implementation ${VBENCH_BLAS}: matrix products are 16 to 60 times slower. Install libopenblas0-openmp.")
  else()
    message(STATUS "BLAS: ${VBENCH_BLAS}")
  endif()
endif()
