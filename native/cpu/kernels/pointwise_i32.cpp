#include "pointwise_loop.h"

namespace laminet::cpu {
namespace LAMINET_ISA {

const TileFunction formulas_i32[] = {
#define LAMINET_ENTRY(name, ...) formula_or_null<formula::name, int32_t>(),
    LAMINET_POINTWISE(LAMINET_ENTRY)
#undef LAMINET_ENTRY
};

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
