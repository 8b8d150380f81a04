#include "reorder.h"

#include <cstring>

namespace laminet::cpu {

ReorderDescs reorder_descs(const Layout& from, const Layout& to) {
  if (from.dims() != to.dims() && !from.is_plain() && !to.is_plain())
    throw Error("INTERNAL", "reorder: layouts " + from.text() + " and " + to.text() + " split their axes differently");
  // The plain side takes the axes of the other one.
  ReorderDescs descs{from.desc(), to.desc()};
  if (from.is_plain()) descs.from = Layout::plain_as(from.dtype(), to.dims()).desc();
  else if (to.is_plain()) descs.to = Layout::plain_as(to.dtype(), from.dims()).desc();
  const Axes axes = usual_axes(from.is_plain() ? descs.to : descs.from);
  return {descs.from.permute_axes(axes), descs.to.permute_axes(axes)};
}

void convert(Library& library, const Layout& from, const void* source, const Layout& to, void* destination) {
  if (from == to) {
    if (source != destination) std::memcpy(destination, source, to.bytes());
    return;
  }
  const ReorderDescs descs = reorder_descs(from, to);
  dnnl::memory source_memory(descs.from, library.engine, const_cast<void*>(source));
  dnnl::memory destination_memory(descs.to, library.engine, destination);
  dnnl::reorder(source_memory, destination_memory).execute(library.stream, source_memory, destination_memory);
  library.stream.wait();
}

}  // namespace laminet::cpu
