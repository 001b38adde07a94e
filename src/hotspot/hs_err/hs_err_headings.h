// The headings of an hs_err log.
#pragma once

#include <optional>
#include <string_view>

#include "hotspot/hs_err/hs_err.h"

namespace nmtx::vm {

struct HsErrHeading {
    HsErrPart part = HsErrPart::other;
    bool included = false;  // the line is a part of the embedded text
};

// Nothing where the line does not begin a section. A section ends at the next heading.
std::optional<HsErrHeading> hs_err_heading(std::string_view line);

}  // namespace nmtx::vm
