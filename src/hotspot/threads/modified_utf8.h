// HotSpot prints names in modified UTF-8: NUL as C0 80, and characters beyond U+FFFF as two surrogates of
// three bytes each. Source: JVM specification 4.4.7, HotSpot utilities/utf8.cpp.
#pragma once

#include <string>
#include <string_view>

namespace nmtx {

// The same text in UTF-8; bytes that are neither are left as they are.
std::string utf8_of_modified(std::string_view text);

}  // namespace nmtx
