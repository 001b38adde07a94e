// Words that tell nothing of who runs a program: those of the JVM, of its threads, of the kernel, of file
// systems, of libraries that everybody can have. Whatever is not among them counts as somebody's name.
#pragma once

#include <string_view>

namespace nmtx {

// `word`: letters and digits in lower case, "worker", "log4j", "x86".
bool is_public_word(std::string_view word);

// A class or function of the JDK's own: "java.util.concurrent.…", "jdk/internal/…".
bool is_jdk_name(std::string_view qualified);

}  // namespace nmtx
