// A text as the one that was pasted.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pasted/parts/pasted.h"
#include "pasted/read/read_pasted.h"

namespace nmtx::test {

inline std::vector<PastedInput> one_paste(std::string text) {
    std::vector<PastedInput> inputs;
    inputs.push_back({"paste", std::move(text)});
    return inputs;
}

inline Pasted read_paste(std::string text) {
    return read_pasted(one_paste(std::move(text)));
}

}  // namespace nmtx::test
