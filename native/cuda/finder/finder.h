// The order of the checks: driver, devices, libraries.
#pragma once

#include <filesystem>

#include "findings.h"

namespace laminet::finder {

// Looks for everything that laminet_cuda13.so needs and loads it, up to the first problem: nothing is loaded in vain.
Findings find(const std::filesystem::path& plugin_folder, const std::string& architectures);

// Looks for what `find` did not come to, so that a report can name all that is missing.
void complete(Findings& findings, const std::filesystem::path& plugin_folder);

}  // namespace laminet::finder
