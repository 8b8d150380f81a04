// The tables of native/cpu/kernels for an instruction set that this machine has.
#pragma once

#include "kernels/batch_norm_pool.h"
#include "kernels/copy.h"
#include "kernels/isa.h"
#include "kernels/max_pool.h"
#include "kernels/pointwise_tiles.h"
#include "kernels/reduce.h"
#include "kernels/winograd.h"

namespace laminet::cpu {

const BatchNormKernels& batch_norm_kernels(Isa isa);
const BatchNormPoolKernels& batch_norm_pool_kernels(Isa isa);
const CopyKernels& copy_kernels(Isa isa);
const MaxPoolKernels& max_pool_kernels(Isa isa);
const PointwiseTiles& pointwise_tiles(Isa isa);
const ReduceKernels& reduce_kernels(Isa isa);
const WinogradKernels& winograd_kernels(Isa isa, int tile);  // 3 or 4

}  // namespace laminet::cpu
