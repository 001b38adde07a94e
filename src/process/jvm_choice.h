// Which of the listed JVMs a user means: by name, container or command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "process/jvm_summary.h"

namespace nmtx {

// All members that are not empty have to match.
struct JvmWish {
    // A part of the main class or the jar's file name, in upper or lower case. If one matches exactly (with
    // or without its package, with or without ".jar"), partial matches do not count.
    std::string name;
    // The container's or pod's name, or a prefix of the container's id.
    std::string container;
    // POSIX extended; matched in the main class or jar with its arguments, as `list` shows them.
    std::string match;
    [[nodiscard]] bool empty() const { return name.empty() && container.empty() && match.empty(); }
};

// Those that match, in their order. Fails for an invalid regular expression.
Expected<std::vector<const JvmSummary*>> fitting_jvms(const std::vector<JvmSummary>& jvms,
                                                      const JvmWish& wish);

// "name 'tomcat' in container 'web'": the choice in words.
std::string text_of(const JvmWish& wish);

}  // namespace nmtx
