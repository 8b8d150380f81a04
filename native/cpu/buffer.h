// A tensor of this device: its memory and the layout in which the elements lie there.
#pragma once

#include "layout.h"
#include "library.h"
#include "memory.h"

namespace laminet::cpu {

// Who chose the layout: a training program overrules an inference program, nobody overrules a training program, so two programs that
// share a variable never convert it back and forth.
enum class Chosen : uint8_t { nobody, inference, training };

class CpuBuffer : public Buffer {
 public:
  CpuBuffer(const Type& type, std::shared_ptr<Account> account);
  // Keeps the memory of `import` until a conversion replaces it.
  CpuBuffer(const Type& type, std::shared_ptr<Account> account, HostMemory memory);
  ~CpuBuffer() override;

  void* data() const { return data_; }
  const Layout& layout() const { return layout_; }
  Chosen chosen() const { return chosen_; }
  // Moves the contents into another layout.
  void relayout(Library& library, const Layout& layout, Chosen chosen);

 private:
  std::shared_ptr<Account> account_;
  Block block_;
  HostMemory borrowed_;
  void* data_ = nullptr;
  Layout layout_;
  Chosen chosen_ = Chosen::nobody;
};

inline CpuBuffer& as_cpu(const BufferPtr& buffer) { return static_cast<CpuBuffer&>(*buffer); }

}  // namespace laminet::cpu
