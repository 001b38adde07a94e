// The .nmtx file: a tar (pax) compressed with zstd, `tar --zstd -tf FILE` lists it. First "capture.json" (the
// header, the steps, what is missing), then one member for each document under its name.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "evidence/capture.h"

namespace nmtx {

// The bytes of the file. Fails only when libarchive does.
Expected<std::string> write_archive(const Capture& capture);

// Any bytes. Bounded: unpacked at most 64 MiB and 64 times the file's size, and never more than 1 GiB, in at
// most 4,096 members; unknown members are kept, names that would leave the archive's folder are refused.
Expected<Capture> read_archive(std::string_view bytes, std::string_view file = "capture");

}  // namespace nmtx
