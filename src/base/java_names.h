// Names of Java classes and methods, in the dotted form.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace nmtx {

// By its package: "java.util.zip.Inflater", "sun.nio.fs.UnixDirectoryStream.dp". JNA's package only looks
// like one.
constexpr bool is_of_class_library(std::string_view name) {
    constexpr std::array<std::string_view, 5> packages{"java.", "javax.", "jdk.", "sun.", "com.sun."};
    return !name.starts_with("com.sun.jna.") &&
           std::any_of(packages.begin(), packages.end(),
                       [name](std::string_view package) { return name.starts_with(package); });
}

}  // namespace nmtx
