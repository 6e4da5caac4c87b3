# Where pybind11's headers are, if anywhere: PYBIND11_HEADERS. Debian's (2.10) are older than its
# gil_safe_call_once_and_store (2.12), so the example and the benchmark that set it beside
# gil_once_cell leave it out; newer ones, wherever they lie, are found by
#   cmake … -DCMAKE_PREFIX_PATH=FOLDER      with FOLDER/include/pybind11/pybind11.h
find_path(PYBIND11_HEADERS pybind11/pybind11.h)
if(PYBIND11_HEADERS AND EXISTS "${PYBIND11_HEADERS}/pybind11/gil_safe_call_once.h")
  set(PYBIND11_HAS_CELL TRUE)
else()
  set(PYBIND11_HAS_CELL FALSE)
endif()
