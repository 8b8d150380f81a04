// Moves elements from one layout to another.
#pragma once

#include "layout.h"
#include "library.h"

namespace laminet::cpu {

// The two sides as the library's reorder wants them. One of the layouts is plain unless their axes are written alike.
struct ReorderDescs {
  MemoryDesc from, to;
};
ReorderDescs reorder_descs(const Layout& from, const Layout& to);

// Converts now; equal layouts are copied.
void convert(Library& library, const Layout& from, const void* source, const Layout& to, void* destination);

}  // namespace laminet::cpu
