// Where CUDA's libraries may lie, in the order of the search.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace laminet::finder {

struct Place {
  std::string folder;  // empty: the system's loader looks (LD_LIBRARY_PATH, ld.so.cache)
  std::string origin;
};

// `plugin_folder` is that of laminet_cuda.so; `npm run setup:cuda` puts libraries in a folder that is found from there.
std::vector<Place> places(const std::filesystem::path& plugin_folder);

}  // namespace laminet::finder
