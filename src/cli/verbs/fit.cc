// `nmtx fit PID|FILE --limit SIZE`
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {

VerbEntry fit() {
    VerbEntry entry{.verb = Verb::fit, .name = "fit"};
    entry.group = VerbGroup::more;
    entry.summary = "Suggest -Xmx for a container limit";
    entry.operands = "PID|NAME|FILE";
    entry.subject = Subject::process_or_file;
    entry.options = joined({{{"limit"}, {"output"}, {"force"}},
                            option_set::walking(),
                            option_set::asking(),
                            option_set::choosing(),
                            {{"format"}, {"json"}, {"quiet"}},
                            option_set::printing()});
    entry.formats = {Format::text, Format::json};
    entry.details = "Sizes as java takes them: 2g, 2GB and 2GiB are all 2 GiB (1024-based).";
    entry.examples = {{"nmtx fit 4711", "for the limit that its cgroup has"},
                      {"nmtx fit 4711 --limit 1.5GB", "for another one"},
                      {"nmtx fit app.nmtx --limit 2g", "from a saved snapshot"}};
    entry.exits = {{3, "no heap fits"}};
    entry.check = check_output_is_file;
    return entry;
}

}  // namespace nmtx::verb
