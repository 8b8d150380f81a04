#include "buffer.h"

#include <utility>

#include "reorder.h"

namespace laminet::cpu {

CpuBuffer::CpuBuffer(const Type& type, std::shared_ptr<Account> account)
    : Buffer(type), account_(std::move(account)), block_(account_, type.bytes(), "a tensor of " + type.text()), data_(block_.data()),
      layout_(Layout::plain(type)) {}

CpuBuffer::CpuBuffer(const Type& type, std::shared_ptr<Account> account, HostMemory memory)
    : Buffer(type), account_(std::move(account)), borrowed_(std::move(memory)), data_(borrowed_.data.get()), layout_(Layout::plain(type)) {
  account_->take(borrowed_.bytes, "a tensor of " + type.text());
}

CpuBuffer::~CpuBuffer() {
  if (borrowed_.data) account_->give(borrowed_.bytes);
}

void CpuBuffer::relayout(Library& library, const Layout& layout, Chosen chosen) {
  if (!(layout == layout_)) {
    Block block(account_, layout.bytes(), "a tensor of " + type.text() + " in layout " + layout.text());
    convert(library, layout_, data_, layout, block.data());
    block_ = std::move(block);
    if (borrowed_.data) account_->give(borrowed_.bytes);
    borrowed_ = {};
    data_ = block_.data();
  }
  layout_ = layout;
  chosen_ = chosen;
}

}  // namespace laminet::cpu
