// `nmtx list`
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {

VerbEntry list() {
    VerbEntry entry{.verb = Verb::list, .name = "list"};
    entry.group = VerbGroup::look;
    entry.summary = "The JVMs on this host, including those in containers";
    entry.options = {{"format"}, {"json"}, {"csv"}, {"color"}, {"pager"}};
    entry.formats = {Format::text, Format::json, Format::csv};
    entry.examples = {{"nmtx list", ""}, {"nmtx list --csv", "for scripts"}};
    return entry;
}

}  // namespace nmtx::verb
