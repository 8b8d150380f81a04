#include "pointwise_loop.h"

namespace laminet::cpu {
namespace LAMINET_ISA {

const TileFunction formulas_f64[] = {
#define LAMINET_ENTRY(name, ...) formula_or_null<formula::name, double>(),
    LAMINET_POINTWISE(LAMINET_ENTRY)
#undef LAMINET_ENTRY
};

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
