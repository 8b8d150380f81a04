// The order in which blocks and threads that could run at once are run: EMULATOR_ORDER = unset or 0 (as numbered), "reversed", or the seed
// of a shuffle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace laminet::emulator {

void read_order_from_environment();
// True unless the order is as numbered.
bool order_is_changed();
void put_in_order(uint32_t* first, size_t count);
// A number below `limit`; 0 when nothing is shuffled.
uint32_t any_below(uint32_t limit);

}  // namespace laminet::emulator
