// Finds one shared library, loads it and keeps it loaded.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "findings.h"
#include "places.h"

namespace laminet::finder {

// Asked of a library that was opened: why it cannot be used, or nothing. May note its version in the finding.
using Verdict = std::function<std::string(void* library, LibraryFinding& finding)>;

// The handle of the first usable library of that name, and in `finding` where it is; else null, and where it was looked for.
// The library's symbols become visible to what is loaded later, and it is never closed.
void* load_library(LibraryFinding& finding, const std::vector<Place>& places, const Verdict& verdict);

// The function `name` of a library as type F; null when it has none.
template <typename F>
F* function_of(void* library, const char* name);

void* symbol_of(void* library, const char* name);

template <typename F>
F* function_of(void* library, const char* name) {
  return reinterpret_cast<F*>(symbol_of(library, name));
}

}  // namespace laminet::finder
