#include "paths.h"

namespace nmtx::test {
std::string source_dir() {
    return NMTX_SOURCE_DIR;
}
std::string binary_dir() {
    return NMTX_BINARY_DIR;
}
}  // namespace nmtx::test
