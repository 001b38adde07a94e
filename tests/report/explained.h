// What `nmtx explain` makes of one text.
#pragma once

#include <string>
#include <utility>

#include "pasted/one_paste.h"
#include "report/explain/explain_report.h"

namespace nmtx::test {

inline Explanation explained(std::string text) {
    return explanation_of(one_paste(std::move(text)));
}

}  // namespace nmtx::test
