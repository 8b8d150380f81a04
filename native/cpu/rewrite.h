// Changes of a program that hold on every machine but pay off here, made before anything else.
#pragma once

#include "runtime/program.h"

namespace laminet::cpu {

Program rewrite(Program program);

}  // namespace laminet::cpu
