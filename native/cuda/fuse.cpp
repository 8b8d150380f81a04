#include "fuse.h"

namespace laminet::cuda {

Program fuse(const Program& program) { return program; }

}  // namespace laminet::cuda
