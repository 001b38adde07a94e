// Which of the listed JVMs a user means: by name, container or command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "process/jvm_summary.h"

namespace nmtx {

// All that is not empty has to fit.
struct JvmWish {
    // A part of the main class or of the jar's file name, in capital or small letters. Where one is exactly
    // so (with or without its package, with or without ".jar"), those that only have it as a part are out.
    std::string name;
    // The container's or the pod's name, or how its id begins.
    std::string container;
    // POSIX extended: occurs in the main class or jar with its arguments, as `list` shows them.
    std::string match;
    [[nodiscard]] bool empty() const { return name.empty() && container.empty() && match.empty(); }
};

// Those that fit, in their order. Fails for what is no regular expression.
Expected<std::vector<const JvmSummary*>> fitting_jvms(const std::vector<JvmSummary>& jvms,
                                                      const JvmWish& wish);

// "name 'tomcat' in container 'web'": the wish in words.
std::string text_of(const JvmWish& wish);

}  // namespace nmtx
