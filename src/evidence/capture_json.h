// "capture.json" of a capture file: the header, the steps and what is missing.
// docs/reference/formats/capture-file.md describes the keys.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "evidence/capture.h"

namespace nmtx {

// Text that is not valid UTF-8 (a path may be anything) is stored as {"hex": "…"}, so that nothing is lost.
std::string capture_json(const Capture& capture);

// Sets the header, the steps and what is missing. Absent keys keep their defaults, except "format"; unknown
// ones are ignored.
Expected<void> read_capture_json(std::string_view text, Capture& capture, const std::string& where);

}  // namespace nmtx
