// Where something is to be written: a directory that is held open, and a name in it. Whoever may write to a
// directory on the way could otherwise exchange it, between two looks, for a link to a place where only
// nmtx's user may write.
#pragma once

#include <string>

#include "base/error.h"
#include "platform/os/descriptor.h"

namespace nmtx {

struct OutputPlace {
    Descriptor directory;
    std::string name;  // no link, unless it was not to be followed; "." where the path names none

    // By way of the open directory: "/proc/self/fd/7", "/proc/self/fd/7/NAME".
    [[nodiscard]] std::string directory_path() const;
    [[nodiscard]] std::string path() const;
};

enum class LastLink : std::uint8_t { followed, left };

// Links are followed where root or this user has made them; anybody else's are refused, since they may have
// been put there for nmtx to find. What the name stands for need not exist.
Expected<OutputPlace> output_place(const std::string& path, LastLink last);

// Owned by root or by this user.
bool is_trusted_owner(unsigned uid);

}  // namespace nmtx
