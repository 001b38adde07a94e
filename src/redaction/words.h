// Words that identify nobody: those of the JVM, its threads, the kernel, file systems, and public libraries.
// Any other word counts as a name.
#pragma once

#include <string_view>

namespace nmtx {

// `word`: letters and digits in lower case, "worker", "log4j", "x86".
bool is_public_word(std::string_view word);

// A class or function of the JDK: "java.util.concurrent.…", "jdk/internal/…".
bool is_jdk_name(std::string_view qualified);

}  // namespace nmtx
