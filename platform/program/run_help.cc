// `nmtx help`, `nmtx version`.
#include "cli/help/completion.h"
#include "cli/help/help.h"
#include "cli/help/manual.h"
#include "platform/program/run.h"

namespace nmtx {

Expected<int> run_help(const Command& command) {
    return done(print(command.manual ? manual_page() : help_on(command.topic)));
}

Expected<int> run_version(const Command&) {
    return done(print("nmtx " NMTX_VERSION "\n"));
}

Expected<int> run_completion(const Command& command) {
    return done(print(completion_script(command.shell)));
}

}  // namespace nmtx
