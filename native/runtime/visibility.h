// Marks what a plugin and the addon share: without it, an exception thrown in one shared library is not recognised in the other.
#pragma once
#define LAMINET_PUBLIC __attribute__((visibility("default")))
