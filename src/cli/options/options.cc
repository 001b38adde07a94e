#include "cli/options/options.h"

#include <algorithm>
#include <utility>

namespace nmtx {

const std::vector<OptionEntry>& all_options() {
    static const std::vector<OptionEntry> all = [] {
        std::vector<OptionEntry> joined;
        for (std::vector<OptionEntry> some :
             {option::showing(), option::walking(), option::threads(), option::allocs(), option::recording(),
              option::evidence(), option::serving(), option::keeping(), option::asking(), option::choosing()})
            joined.insert(joined.end(), std::make_move_iterator(some.begin()),
                          std::make_move_iterator(some.end()));
        return joined;
    }();
    return all;
}

const OptionEntry* option_named(std::string_view name) {
    const auto& all = all_options();
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const OptionEntry& option) { return option.name == name; });
    return at == all.end() ? nullptr : &*at;
}

}  // namespace nmtx
