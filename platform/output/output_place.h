// The place of an output: a directory that is held open, and a name in it. Otherwise another user with write
// access to a directory on the path could replace it, between two checks, by a link to a place where only
// nmtx's user may write.
#pragma once

#include <string>

#include "base/error.h"
#include "platform/os/descriptor.h"

namespace nmtx {

struct OutputPlace {
    Descriptor directory;
    std::string name;  // not a link, unless links are not followed; "." if the path has no name

    // Paths through the open directory: "/proc/self/fd/7", "/proc/self/fd/7/NAME".
    [[nodiscard]] std::string directory_path() const;
    [[nodiscard]] std::string path() const;
};

enum class LastLink : std::uint8_t { followed, left };

// Follows links that root or this user has made, and refuses all others, which may have been placed as a
// trap. The name need not exist.
Expected<OutputPlace> output_place(const std::string& path, LastLink last);

// Owned by root or by this user.
bool is_trusted_owner(unsigned uid);

}  // namespace nmtx
