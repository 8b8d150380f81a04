// What a tool is told that traces the emulated device (the emulated CUPTI): calls of the runtime, nodes of graphs, and the work that ran.
// Exported by the emulated libcudart.so.13.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {

enum laminet_emulator_work_kind { laminet_emulator_other, laminet_emulator_kernel, laminet_emulator_copy, laminet_emulator_fill };

// Work that has run. Times are nanoseconds of the steady clock.
struct laminet_emulator_worked {
  laminet_emulator_work_kind kind;
  const char* name;      // of a kernel, as the compiler mangled it
  int direction;         // of a copy: cudaMemcpyKind
  size_t bytes;          // of a copy or a fill
  const void* stream;
  uint32_t call;         // the number of the call that asked for it, of cudaGraphLaunch for a whole graph
  uint64_t node;         // of a graph; 0: none
  int64_t begin, end;
};

// Called on the thread that calls the runtime, while no other thread can.
struct laminet_emulator_tool {
  void (*called)(const char* function, uint32_t call, bool returns);
  void (*made_node)(uint64_t node);
  void (*cloned_node)(uint64_t node, uint64_t original);
  void (*worked)(const laminet_emulator_worked* work);
};

// One tool at a time; null: none.
void laminet_emulator_set_tool(const laminet_emulator_tool* tool);

}  // extern "C"
