#include "library.h"

#include <dlfcn.h>
#include <link.h>

#include <filesystem>

namespace laminet::finder {

namespace {

std::string path_of(void* library) {
  link_map* map = nullptr;
  if (dlinfo(library, RTLD_DI_LINKMAP, &map) != 0 || map == nullptr || map->l_name == nullptr) return {};
  return map->l_name;
}

// Takes an opened library into use, or lets go of it: one that stayed would be given to whoever asks the loader for the same name.
void* judge(void* library, const std::string& origin, LibraryFinding& finding, const Verdict& verdict) {
  const std::string path = path_of(library);
  const std::string refusal = verdict(library, finding);
  if (!refusal.empty()) {
    finding.refused.push_back(path + ": " + refusal);
    finding.version.clear();
    dlclose(library);
    return nullptr;
  }
  finding.path = path;
  finding.origin = origin;
  // Only now for all to see (what is already loaded can be promoted).
  return dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD);
}

void* try_place(const Place& place, LibraryFinding& finding, const Verdict& verdict) {
  const bool by_loader = place.folder.empty();
  const std::string file = by_loader ? finding.name : (std::filesystem::path(place.folder) / finding.name).string();
  std::error_code ignored;
  if (!by_loader && !std::filesystem::exists(file, ignored)) {
    if (std::filesystem::exists(place.folder, ignored)) finding.searched.push_back(place.folder);
    return nullptr;
  }
  if (void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) return judge(library, place.origin, finding, verdict);
  const std::string error = dlerror();
  // The loader's "cannot open shared object file" about this very name is no finding; about another name, a library that it needs.
  if (by_loader && error.rfind(finding.name + ":", 0) == 0) {
    finding.searched.push_back(place.origin);
  } else {
    finding.refused.push_back(error.rfind(file, 0) == 0 ? error : file + ": " + error);
  }
  return nullptr;
}

}  // namespace

void* symbol_of(void* library, const char* name) { return dlsym(library, name); }

void* load_library(LibraryFinding& finding, const std::vector<Place>& places, const Verdict& verdict) {
  // What the process has already loaded (by another addon) comes first: the loader gives it to everything that needs the name.
  if (void* library = dlopen(finding.name.c_str(), RTLD_NOW | RTLD_NOLOAD)) {
    return judge(library, "already loaded by this process", finding, verdict);
  }
  for (const Place& place : places) {
    if (void* library = try_place(place, finding, verdict)) return library;
  }
  return nullptr;
}

}  // namespace laminet::finder
