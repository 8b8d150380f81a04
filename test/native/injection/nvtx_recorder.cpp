// A tool as NVTX loads it (NVTX_INJECTION64_PATH): it writes down the ranges that a process opens and closes.
#include <nvtx3/nvToolsExt.h>

#include <cstring>
#include <mutex>
#include <string>

namespace {

std::mutex mutex;
std::string record;  // "domain{", "}" and names
char domain_handle;

void note(const std::string& text) {
  const std::lock_guard lock(mutex);
  record += text;
}

nvtxDomainHandle_t create_domain(const char* name) {
  note(std::string("domain ") + name + "\n");
  return reinterpret_cast<nvtxDomainHandle_t>(&domain_handle);
}

int push(nvtxDomainHandle_t domain, const nvtxEventAttributes_t* attributes) {
  const bool ours = domain == reinterpret_cast<nvtxDomainHandle_t>(&domain_handle);
  note(std::string(ours ? "" : "FOREIGN ") + "begin " + attributes->message.ascii + "\n");
  return 0;
}

int pop(nvtxDomainHandle_t) {
  note("end\n");
  return 0;
}

template <typename Function>
void enter(NvtxFunctionTable table, unsigned index, Function function) {
  *table[index] = reinterpret_cast<NvtxFunctionPointer>(function);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int InitializeInjectionNvtx2(NvtxGetExportTableFunc_t get_table) {
  const auto* callbacks = static_cast<const NvtxExportTableCallbacks*>(get_table(NVTX_ETID_CALLBACKS));
  NvtxFunctionTable table = nullptr;
  unsigned size = 0;
  if (callbacks == nullptr || callbacks->GetModuleFunctionTable(NVTX_CB_MODULE_CORE2, &table, &size) == 0) return 0;
  enter(table, NVTX_CBID_CORE2_DomainCreateA, create_domain);
  enter(table, NVTX_CBID_CORE2_DomainRangePushEx, push);
  enter(table, NVTX_CBID_CORE2_DomainRangePop, pop);
  return 1;
}

// What was recorded since the last call.
extern "C" __attribute__((visibility("default"))) void take_nvtx_record(char* text, size_t bytes) {
  const std::lock_guard lock(mutex);
  std::strncpy(text, record.c_str(), bytes - 1);
  text[bytes - 1] = 0;
  record.clear();
}
