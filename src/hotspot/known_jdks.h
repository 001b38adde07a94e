// The feature releases of the JDK that nmtx supports.
#pragma once

#include <array>

namespace nmtx {

inline constexpr std::array known_jdks{8, 11, 17, 21, 25, 26, 27, 28};
inline constexpr int oldest_jdk = known_jdks.front();
inline constexpr int newest_jdk = known_jdks.back();

}  // namespace nmtx
