// `nmtx help`, `nmtx version`: what is said of nmtx itself.
#include "cli/help/help.h"
#include "platform/program/run.h"

namespace nmtx {

Expected<int> run_help(const Command& command) {
    return done(print(help_on(command.topic)));
}

Expected<int> run_version(const Command&) {
    return done(print("nmtx " NMTX_VERSION "\n"));
}

}  // namespace nmtx
