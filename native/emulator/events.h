// What the rest of the runtime asks of events.
#pragma once

namespace laminet::emulator {

void destroy_all_events();

}  // namespace laminet::emulator
