// `nmtx malloc`: the table of what owns the blocks that NMT does not track.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "allocator/malloc_walk.h"
#include "report/style/style.h"

namespace nmtx {

// Most resident first, at most `most` rows. `live` names the blocks. A kind that does not fit is in a line of
// its own below its row.
std::string owners_text(const MallocWalk& walk, std::string_view live, std::size_t most,
                        const TextStyle& style);

// A name for which its row has no room, as a line below it. If even that is too short for it, a name of Java
// loses its packages, not its field.
std::string name_below_row(std::string_view name, bool java, const TextStyle& style);

}  // namespace nmtx
