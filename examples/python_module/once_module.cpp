// A Python extension module, written with pybind11, that imports something once and keeps it: in a
// heddle::gil_once_cell, and in pybind11's own gil_safe_call_once_and_store where it is there
// (2.12). Both give up the global lock rather than wait with it. The difference: gil_once_cell
// waits for nobody, so that two threads may both import and one result is dropped; pybind11's cell
// runs the function once, and the others wait for it, detached.
#include <pybind11/pybind11.h>

#include <heddle/gil_once_cell.hpp>
#include <heddle/python_gil.hpp>  // first: Python.h asks for it
#if __has_include(<pybind11/gil_safe_call_once.h>)
#include <pybind11/gil_safe_call_once.h>
#endif

namespace {

namespace py = pybind11;
using heddle::python::attached;

// Never destroyed: the interpreter may be gone when statics are.
template <class T>
T& leaked() {
  static T* const it = new T;
  return *it;
}

// Runs Python code, which may let other threads run: the case in which a blocking cell deadlocks.
py::object make(const py::function& slow_factory) { return slow_factory(); }

py::object from_heddle(const py::function& slow_factory) {
  const attached token = attached::assume();  // the interpreter calls with its lock held
  auto& cell = leaked<heddle::gil_once_cell<py::object>>();
  return cell.get_or_init(token, [&] { return make(slow_factory); });
}

#if __has_include(<pybind11/gil_safe_call_once.h>)
py::object from_pybind11(const py::function& slow_factory) {
  auto& cell = leaked<py::gil_safe_call_once_and_store<py::object>>();
  return cell.call_once_and_store_result([&] { return make(slow_factory); }).get_stored();
}
#endif

}  // namespace

PYBIND11_MODULE(once_module, module) {
  module.doc() = "An object that is made once, by whichever thread comes first.";
  module.def("from_heddle", &from_heddle, "What the factory made that finished first.");
#if __has_include(<pybind11/gil_safe_call_once.h>)
  module.def("from_pybind11", &from_pybind11, "The same, in pybind11's own cell.");
#endif
}
